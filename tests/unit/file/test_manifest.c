/* Tests of manifest: what is read of a manifest.xml, and what is none.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/log.h"
#include "file/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

static int read_text(struct manifest *manifest, const char *text)
{
    return manifest_read(manifest, text, strlen(text), "manifest.xml");
}

static void reads_what_is_there(void **state)
{
    struct manifest manifest;

    (void)state;
    assert_int_equal(read_text(&manifest, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                          "<RenoiseScriptingTool doc_version=\"0\">\n"
                                          "  <ApiVersion>6</ApiVersion>\n"
                                          "  <Id>\n    com.example.One </Id>\n"
                                          "  <Version>1.10</Version>\n"
                                          "  <Author>A &lt;a@example.com&gt;</Author>\n"
                                          "  <Name>One &amp; \xc3\xbc</Name>\n"
                                          "  <Other><Name>inner</Name></Other>\n"
                                          "</RenoiseScriptingTool>\n"),
                     0);
    assert_string_equal(manifest.api_version, "6");
    assert_string_equal(manifest.id, "com.example.One");
    assert_string_equal(manifest.version, "1.10");
    assert_string_equal(manifest.author, "A <a@example.com>");
    assert_string_equal(manifest.name, "One & \xc3\xbc");
    manifest_free(&manifest);
}

static void takes_the_last_of_two_and_misses_none(void **state)
{
    struct manifest manifest;

    (void)state;
    assert_int_equal(read_text(&manifest, "<RenoiseScriptingTool><Id>a</Id><Id>b</Id><Name/></RenoiseScriptingTool>"),
                     0);
    assert_string_equal(manifest.id, "b");
    assert_string_equal(manifest.name, "");
    assert_null(manifest.version);
    assert_null(manifest.author);
    manifest_free(&manifest);
}

static void refuses_what_is_none(void **state)
{
    static const char *const texts[] = {
        "", "junk", "<RenoiseScriptingTool>", "<Other><Id>a</Id></Other>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><RenoiseScriptingTool><Id>&b;</Id></RenoiseScriptingTool>"};
    struct manifest manifest;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(read_text(&manifest, texts[i]), NW_EINVALID);
        manifest_free(&manifest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_there),
        cmocka_unit_test(takes_the_last_of_two_and_misses_none),
        cmocka_unit_test(refuses_what_is_none),
    };

    log_set_level(LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
