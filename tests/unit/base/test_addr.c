/* Addresses: every form in, one form out.
 * SPDX-License-Identifier: MIT */
#include "base/addr.h"
#include "base/error.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

static const char *text_of(const char *ip, uint16_t port)
{
    static char text[NET_ADDR_TEXT];
    struct net_addr addr;

    assert_int_equal(net_addr_parse_ip(ip, &addr), NW_OK);
    addr.port = port;
    return net_addr_text(&addr, text);
}

static void prints_as_people_write(void **state)
{
    struct net_addr none = {.family = 0};
    char text[NET_ADDR_TEXT];

    (void)state;
    assert_string_equal(text_of("192.168.1.7", 9000), "192.168.1.7:9000");
    assert_string_equal(text_of("::1", 9000), "[::1]:9000");
    assert_string_equal(text_of("::ffff:10.0.0.1", 1), "10.0.0.1:1");
    assert_string_equal(text_of("fe80::1%1", 65535), "[fe80::1%lo]:65535");
    assert_string_equal(text_of("fe80::1%4294967295", 65535), "[fe80::1%4294967295]:65535");
    assert_string_equal(net_addr_text(&none, text), "*:0");
    net_addr_parse_ip("2001:db8:1111:2222:3333:4444:5555:6666", &none);
    assert_string_equal(net_addr_host_text(&none, text), "2001:db8:1111:2222:3333:4444:5555:6666");
}

static void refuses_what_is_no_ip(void **state)
{
    static const char *const bad[] = {
        "",         "localhost", "1.2.3",    "1.2.3.4.5",  "1.2.3.256",
        "[::1]",    "1.2.3.4%1", "fe80::1%", "fe80::1%no", "::g",
        " 1.2.3.4", "1.2.3.4:5", "::1 ",     "fe80::1%0",  "12345678901234567890123456789012345678901234567890"};
    struct net_addr addr;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(net_addr_parse_ip(bad[i], &addr), NW_EADDRESS);
}

static void goes_to_the_kernel_and_back(void **state)
{
    static const char *const ips[] = {"127.0.0.1", "255.255.255.255", "::1", "fe80::1%1", "::"};

    (void)state;
    for (size_t i = 0; i < sizeof ips / sizeof *ips; i++)
        for (int mapped = 0; mapped < 2; mapped++) {
            struct net_addr addr, back;
            struct sockaddr_storage sa;
            socklen_t length;

            net_addr_parse_ip(ips[i], &addr);
            addr.port = 8000;
            length = net_addr_to_sockaddr(&addr, mapped != 0, &sa);
            assert_int_equal(length,
                             mapped || addr.family == 6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
            assert_true(net_addr_from_sockaddr(&back, (struct sockaddr *)&sa));
            assert_true(net_addr_equal(&addr, &back));
        }
}

static void knows_no_other_family(void **state)
{
    struct sockaddr sa = {.sa_family = AF_UNIX};
    struct net_addr addr = {.family = 4};

    (void)state;
    assert_false(net_addr_from_sockaddr(&addr, &sa));
    assert_int_equal(addr.family, 0);
    assert_true(net_addr_is_any(&addr));
}

static void compares(void **state)
{
    struct net_addr a, b;

    (void)state;
    net_addr_parse_ip("10.0.0.1", &a);
    net_addr_parse_ip("::ffff:10.0.0.1", &b);
    a.port = 1;
    b.port = 2;
    assert_true(net_addr_same_host(&a, &b));
    assert_false(net_addr_equal(&a, &b));
    assert_false(net_addr_is_any(&a));
    net_addr_parse_ip("::", &b);
    assert_true(net_addr_is_any(&b));
    assert_false(net_addr_same_host(&a, &b));
}

static void splits_host_and_port(void **state)
{
    static const struct {
        const char *text, *host;
        uint16_t port;
    } good[] = {{"8000", "", 8000},
                {":8000", "", 8000},
                {"*:8000", "", 8000},
                {"studio.local:9000", "studio.local", 9000},
                {"10.0.0.1:0", "10.0.0.1", 0},
                {"[::1]:65535", "::1", 65535},
                {"[fe80::1%eth0]:7", "fe80::1%eth0", 7}};
    static const char *const bad[] = {"",         "host",   "host:",   "host:x",  "1:2:3",   "::1:8000",
                                      "[::1]",    "[::1:8", "[]:8000", "host:-1", "host:+1", "65536",
                                      "h:000001", "[::1]8", "h:1 ",    "h:99999", "h: 1",    "[::1]x:8"};
    char host[64];
    uint16_t port;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(net_addr_split(good[i].text, host, sizeof host, &port), NW_OK);
        assert_string_equal(host, good[i].host);
        assert_int_equal(port, good[i].port);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(net_addr_split(bad[i], host, sizeof host, &port), NW_EADDRESS);
    assert_int_equal(net_addr_split("12345678:1", host, 8, &port), NW_EADDRESS);
    assert_int_equal(net_addr_split("1234567:1", host, 8, &port), NW_OK);
    assert_int_equal(net_addr_split("8000", host, 0, &port), NW_EADDRESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_as_people_write),
        cmocka_unit_test(refuses_what_is_no_ip),
        cmocka_unit_test(goes_to_the_kernel_and_back),
        cmocka_unit_test(knows_no_other_family),
        cmocka_unit_test(compares),
        cmocka_unit_test(splits_host_and_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
