/* Who may speak: defaults, prefixes, texts that are none.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "net/allow.h"

#include <ifaddrs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

static bool has(const struct allow *allow, const char *ip)
{
    struct net_addr addr;

    assert_int_equal(net_addr_parse_ip(ip, &addr), NW_OK);
    addr.port = 1234;
    return allow_has(allow, &addr);
}

static void local_networks_by_default(void **state)
{
    static const char *const in[] = {"127.0.0.1",       "127.255.255.255", "10.0.0.0",    "10.255.255.255",
                                     "172.16.0.1",      "172.31.255.255",  "192.168.0.1", "169.254.1.1",
                                     "100.64.0.1",      "100.127.255.255", "::1",         "fc00::1",
                                     "fdff::1",         "fe80::1",         "fe80::1%1",   "febf::1",
                                     "::ffff:10.0.0.1", "::ffff:127.0.0.1"};
    static const char *const out[] = {"126.255.255.255",
                                      "128.0.0.1",
                                      "9.255.255.255",
                                      "11.0.0.0",
                                      "172.15.255.255",
                                      "172.32.0.0",
                                      "192.167.1.1",
                                      "192.169.0.0",
                                      "100.63.255.255",
                                      "100.128.0.0",
                                      "8.8.8.8",
                                      "255.255.255.255",
                                      "::2",
                                      "::",
                                      "fbff::1",
                                      "fe00::1",
                                      "fec0::1",
                                      "2001:db8::1",
                                      "::ffff:8.8.8.8"};
    struct allow allow;

    (void)state;
    allow_init(&allow, false);
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        assert_true(has(&allow, in[i]));
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        assert_false(has(&allow, out[i]));
}

static void loopback_alone(void **state)
{
    struct allow allow;

    (void)state;
    allow_init(&allow, true);
    assert_true(has(&allow, "127.1.2.3"));
    assert_true(has(&allow, "::1"));
    assert_false(has(&allow, "10.0.0.1"));
    assert_false(has(&allow, "192.168.1.1"));
    assert_false(has(&allow, "fe80::1"));
}

/* Whatever addresses this machine has, it and its neighbours are allowed. */
static void our_own_links_are_local(void **state)
{
    struct ifaddrs *list;
    struct allow allow;

    (void)state;
    allow_init(&allow, false);
    assert_int_equal(getifaddrs(&list), 0);
    for (struct ifaddrs *at = list; at != NULL; at = at->ifa_next) {
        struct net_addr addr;

        if (at->ifa_addr != NULL && at->ifa_netmask != NULL && net_addr_from_sockaddr(&addr, at->ifa_addr))
            assert_true(allow_has(&allow, &addr));
    }
    freeifaddrs(list);
}

static void prefixes_are_added(void **state)
{
    struct allow allow;

    (void)state;
    allow_init(&allow, true);
    assert_int_equal(allow_add(&allow, "203.0.113.9"), NW_OK);
    assert_true(has(&allow, "203.0.113.9"));
    assert_false(has(&allow, "203.0.113.8"));
    assert_int_equal(allow_add(&allow, "198.51.100.77/26"), NW_OK); /* host bits do no harm */
    assert_true(has(&allow, "198.51.100.64"));
    assert_true(has(&allow, "198.51.100.127"));
    assert_false(has(&allow, "198.51.100.63"));
    assert_false(has(&allow, "198.51.100.128"));
    assert_int_equal(allow_add(&allow, "2001:db8::/33"), NW_OK);
    assert_true(has(&allow, "2001:db8:7fff::1"));
    assert_false(has(&allow, "2001:db8:8000::1"));
    assert_int_equal(allow_add(&allow, "2001:db8:ffff::7"), NW_OK);
    assert_true(has(&allow, "2001:db8:ffff::7"));
    assert_false(has(&allow, "2001:db8:ffff::6"));
    assert_int_equal(allow_add(&allow, "::ffff:192.0.2.0/120"), NW_OK);
    assert_true(has(&allow, "192.0.2.200"));
    assert_false(has(&allow, "192.0.3.1"));
    assert_false(has(&allow, "8.8.8.8"));
    assert_int_equal(allow_add(&allow, "0.0.0.0/0"), NW_OK);
    assert_true(has(&allow, "8.8.8.8"));
    assert_false(has(&allow, "2600::1"));
    assert_int_equal(allow_add(&allow, "::/0"), NW_OK);
    assert_true(has(&allow, "2600::1"));
}

static void nonsense_is_refused(void **state)
{
    static const char *const bad[] = {"",      "localhost", "10.0.0.0/33",  "10.0.0.0/",         "10.0.0.0/x",
                                      "10/8",  "::1/129",   "10.0.0.0/-1",  "10.0.0.0/8 ",       "/8",
                                      "[::1]", "::/0001",   "10.0.0.0/8/8", "::ffff:10.0.0.0/95"};
    char longer[400];
    struct allow allow;
    unsigned count;

    (void)state;
    allow_init(&allow, true);
    count = allow.count;
    memset(longer, '1', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(allow_add(&allow, bad[i]), NW_EADDRESS);
    assert_int_equal(allow_add(&allow, longer), NW_EADDRESS);
    assert_int_equal(allow.count, count);
}

static void the_list_is_bounded(void **state)
{
    struct allow allow;

    (void)state;
    allow_init(&allow, true);
    for (unsigned i = allow.count; i < ALLOW_MAX; i++)
        assert_int_equal(allow_add(&allow, "203.0.113.9"), NW_OK);
    assert_int_equal(allow_add(&allow, "203.0.113.9"), NW_EFULL);
    assert_true(has(&allow, "203.0.113.9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_networks_by_default), cmocka_unit_test(loopback_alone),
        cmocka_unit_test(our_own_links_are_local),   cmocka_unit_test(prefixes_are_added),
        cmocka_unit_test(nonsense_is_refused),       cmocka_unit_test(the_list_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
