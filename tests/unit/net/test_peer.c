/* The table of who spoke: finding, giving way, and who was last.
 * SPDX-License-Identifier: MIT */
#include "../loop/loop_test.h"
#include "loop/tcp.h"
#include "net/peer.h"

static struct peers peers;
static char servers[2]; /* only their addresses matter */
#define SERVER(i) ((struct server *)(void *)&servers[i])

static int peers_setup(void **state)
{
    peers_init(&peers);
    return loop_setup(state);
}

static int peers_teardown(void **state)
{
    peers_free(&peers);
    return loop_teardown(state);
}

#define PEERS_TEST(f) cmocka_unit_test_setup_teardown(f, peers_setup, peers_teardown)

static struct peer *udp_peer(int server, uint16_t port)
{
    struct net_addr addr = addr_of("10.0.0.1", port), local = addr_of("10.0.0.2", 8000);

    return peers_udp(&peers, SERVER(server), &addr, &local);
}

static void one_place_each(void **state)
{
    struct peer *peer = udp_peer(0, 1);
    struct net_addr addr = addr_of("10.0.0.1", 1), local = addr_of("10.0.0.3", 8000);

    (void)state;
    assert_true(peer->used);
    assert_int_equal(peer->dialect, -1);
    assert_null(peer->tcp);
    assert_null(peers.last); /* marks nothing */
    peer->dialect = 3;
    assert_ptr_equal(peers_udp(&peers, SERVER(0), &addr, &local), peer);
    assert_int_equal(peer->dialect, 3);
    assert_true(net_addr_equal(&peer->local, &local)); /* where they spoke to now */
    assert_ptr_not_equal(udp_peer(0, 2), peer);
    assert_ptr_not_equal(udp_peer(1, 1), peer);
}

static void the_last_who_spoke(void **state)
{
    struct peer *a = udp_peer(0, 1), *b = udp_peer(0, 2), *c = udp_peer(1, 3);

    (void)state;
    udp_peer(0, 4); /* never spoke */
    peers_spoke(&peers, a, 100);
    peers_spoke(&peers, b, 200);
    peers_spoke(&peers, c, 300);
    peers_spoke(&peers, a, 400);
    assert_ptr_equal(peers.last, a);
    assert_int_equal(a->last_ns, 400);
    peers_forget(&peers, b);
    assert_ptr_equal(peers.last, a);
    peers_forget(&peers, a);
    assert_ptr_equal(peers.last, c);
    peers_forget_server(&peers, SERVER(1));
    assert_null(peers.last);
    assert_true(udp_peer(0, 4)->used);
}

static void the_silent_give_way(void **state)
{
    struct peer *first = udp_peer(0, 1), *second;

    (void)state;
    peers_spoke(&peers, first, 1);
    for (uint16_t i = 2; i <= PEERS_MAX; i++)
        peers_spoke(&peers, udp_peer(0, i), i);
    peers_spoke(&peers, first, 1000); /* now the second is the one silent for longest */
    second = udp_peer(0, 2);
    first->dialect = second->dialect = 7;
    assert_ptr_equal(udp_peer(0, 1000), second);
    assert_int_equal(second->dialect, -1);
    assert_int_equal(udp_peer(0, 1)->dialect, 7);
}

static void connections_never_give_way(void **state)
{
    struct loop *loop = *state;
    struct net_addr addr = addr_of("127.0.0.1", 9), local;
    struct tcp *tcp;

    assert_int_equal(tcp_connect(loop, &addr, NULL, NULL, &tcp), NW_OK);
    memset(&local, 0, sizeof local);
    for (uint16_t i = 1; i <= PEERS_MAX; i++)
        peers_spoke(&peers, udp_peer(0, i), i);
    for (int i = 0; i < PEERS_MAX; i++)
        assert_non_null(peers_tcp(&peers, SERVER(1), tcp));
    assert_null(peers_tcp(&peers, SERVER(1), tcp));
    assert_null(udp_peer(0, 1));
    assert_null(peers.last);
    assert_true(net_addr_equal(&peers.peer[0].addr, &addr));
    peers_forget_server(&peers, SERVER(1));
    assert_non_null(udp_peer(0, 1));
    tcp_close(tcp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEERS_TEST(one_place_each),
        PEERS_TEST(the_last_who_spoke),
        PEERS_TEST(the_silent_give_way),
        PEERS_TEST(connections_never_give_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
