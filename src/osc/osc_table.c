/* The route table: from an address to the templates that it fits.
 * SPDX-License-Identifier: MIT */
#include "osc/osc_table.h"

#define FNV_BASIS 2166136261u
#define FNV_PRIME 16777619u

/* Sets apart the hashes of last parts from those of whole addresses. */
#define LAST_PART_SALT 0x5bd1e995u

static uint32_t hash_byte(uint32_t hash, char c)
{
    return (hash ^ (uint8_t)c) * FNV_PRIME;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Where ".0", ".00" ... at the end of an address part ends; at when there is none. */
static size_t skip_zero_fraction(const char *text, size_t length, size_t at)
{
    size_t i = at + 1;

    if (i >= length || text[at] != '.' || text[i] != '0')
        return at;
    while (i < length && text[i] == '0')
        i++;
    return i == length || text[i] == '/' ? i : at;
}

/* Hashes an address with every whole number in it ("5", "05", "5.0", "-5", or a number's placeholder) read as one sign,
 * so that "/1/fader5" and "/1/fader{n}" meet in one bucket. */
static uint32_t hash_address(uint32_t hash, const char *text, size_t length)
{
    size_t i = 0;

    while (i < length) {
        char c = text[i];

        if (!is_digit(c) && !osc_template_is_place(c)) {
            hash = c != '-' ? hash_byte(hash, c) : hash; /* it may be the sign of a number */
            i++;
            continue;
        }
        while (i < length && (is_digit(text[i]) || osc_template_is_place(text[i]) || text[i] == '-'))
            i++;
        i = skip_zero_fraction(text, length, i);
        hash = hash_byte(hash, '#');
    }
    return hash;
}

static size_t last_part(const char *text, size_t length)
{
    while (length > 0 && text[length - 1] != '/')
        length--;
    return length;
}

/* Whether a hash of text[from..] finds every address of the template: it has no text placeholder there. */
static bool is_hashable(const struct osc_template *template, size_t from)
{
    for (size_t i = from; i < template->length; i++)
        if (osc_template_is_place(template->text[i]) && template->place[template->text[i] - 1].kind == OSC_PLACE_TEXT)
            return false;
    return true;
}

uint32_t osc_table_buckets(int32_t count)
{
    uint32_t buckets = 16;

    while (buckets < (uint32_t)count * 2)
        buckets *= 2;
    return buckets;
}

void osc_table_index(struct osc_table *table)
{
    for (uint32_t i = 0; i < table->bucket_count; i++)
        table->buckets[i] = -1;
    table->scan = -1;
    for (int32_t i = table->count - 1; i >= 0; i--) { /* from the last, so that each list is in order */
        struct osc_table_entry *entry = &table->entries[i];
        const struct osc_template *address = &entry->address;
        size_t last = last_part(address->text, address->length);
        int32_t *list = &table->scan;

        if (address->length > 0 && is_hashable(address, 0)) {
            entry->hash = hash_address(FNV_BASIS, address->text + 1, address->length - 1u);
            list = &table->buckets[entry->hash & (table->bucket_count - 1)];
        } else if (address->length > 0 && is_hashable(address, last)) {
            entry->hash = hash_address(FNV_BASIS ^ LAST_PART_SALT, address->text + last, address->length - last);
            list = &table->buckets[entry->hash & (table->bucket_count - 1)];
        }
        entry->next = *list;
        *list = i;
    }
}

/* What a pattern's hits need to know. */
struct pattern_hits {
    osc_table_hit hit;
    void *user;
    int32_t entry;
    bool taken;
};

static void pattern_hit(void *user, const struct osc_binding bindings[OSC_PLACES_MAX])
{
    struct pattern_hits *hits = user;

    hits->taken |= hits->hit(hits->user, hits->entry, bindings);
}

/* Tries a pattern on every entry. */
static enum osc_table_result find_pattern(const struct osc_table *table, const char *pattern, size_t length,
                                          uint32_t *budget, osc_table_hit hit, void *user)
{
    static const struct osc_binding none[OSC_PLACES_MAX];
    struct pattern_hits hits = {.hit = hit, .user = user};

    for (int32_t i = 0; i<table->count && * budget> 0; i++) {
        hits.entry = i;
        if (table->entries[i].address.length == 0)
            hits.taken |= hit(user, i, none);
        else
            osc_template_match_pattern(&table->entries[i].address, pattern, length, budget, pattern_hit, &hits);
    }
    if (*budget == 0)
        return OSC_TABLE_COSTLY;
    return hits.taken ? OSC_TABLE_TAKEN : OSC_TABLE_NONE;
}

/* The next entry at or behind index in a bucket's list that has this hash. */
static int32_t skip_to(const struct osc_table *table, int32_t index, uint32_t hash)
{
    while (index >= 0 && table->entries[index].hash != hash)
        index = table->entries[index].next;
    return index;
}

enum osc_table_result osc_table_find(const struct osc_table *table, const char *address, size_t length,
                                     uint32_t *budget, osc_table_hit hit, void *user)
{
    uint32_t mask = table->bucket_count - 1, whole, part;
    int32_t by_whole, by_part, by_scan = table->scan;
    bool taken = false;
    size_t last;

    if (osc_is_pattern(address, length))
        return find_pattern(table, address, length, budget, hit, user);
    if (length > 1 && address[length - 1] == '/')
        length--;
    if (length > 0 && address[0] == '/') {
        address++;
        length--;
    }
    whole = hash_address(FNV_BASIS, address, length);
    last = last_part(address, length);
    part = hash_address(FNV_BASIS ^ LAST_PART_SALT, address + last, length - last);
    by_whole = skip_to(table, table->buckets[whole & mask], whole);
    by_part = skip_to(table, table->buckets[part & mask], part);
    for (;;) { /* merges the three lists, lowest index first */
        struct osc_binding bindings[OSC_PLACES_MAX];
        int32_t *from = &by_scan, entry;

        if (by_part >= 0 && by_part == by_whole) /* one bucket, and the two hashes happen to be equal */
            by_part = skip_to(table, table->entries[by_part].next, part);
        if (by_whole >= 0 && (*from < 0 || by_whole < *from))
            from = &by_whole;
        if (by_part >= 0 && (*from < 0 || by_part < *from))
            from = &by_part;
        if ((entry = *from) < 0)
            break;
        if (table->entries[entry].address.length == 0 ||
            osc_template_match(&table->entries[entry].address, address, length, bindings))
            taken |= hit(user, entry, bindings);
        *from = table->entries[entry].next;
        if (from == &by_whole)
            by_whole = skip_to(table, by_whole, whole);
        else if (from == &by_part)
            by_part = skip_to(table, by_part, part);
    }
    return taken ? OSC_TABLE_TAKEN : OSC_TABLE_NONE;
}
