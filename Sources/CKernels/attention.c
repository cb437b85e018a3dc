#include "akn_attention.h"

#include "internal/dispatch.h"

// Query tiles that share a packed key tile: as a rule, and in long forward passes.
#define AKN_ATTENTION_SUBS 4
#define AKN_ATTENTION_MANY 8
// Items below which one key head's queries are shared out, and the least query tiles worth it.
#define AKN_ATTENTION_ENOUGH 8
#define AKN_ATTENTION_SPLIT_TILES 8

// Widths are padded to whole vectors, of which the widest has 16 elements.
static size_t padded(size_t width) { return (width + 15) / 16 * 16; }

static size_t ceiling(size_t n, size_t unit) { return (n + unit - 1) / unit; }

static size_t query_tiles(const akn_attention_t *a) {
  return ceiling(a->queries, AKN_ATTENTION_TILE) * (a->heads / a->kv_heads);
}

// Many where panels of usual width fit the cache and enough items remain.
static size_t akn_attention_forward_subs(const akn_attention_t *a) {
  size_t items = a->batch * a->kv_heads * ceiling(query_tiles(a), AKN_ATTENTION_MANY);
  int fits = a->head_dim + a->value_dim <= 128;
  return items >= 16 && fits ? AKN_ATTENTION_MANY : AKN_ATTENTION_SUBS;
}

size_t akn_attention_forward_items(const akn_attention_t *a) {
  return a->batch * a->kv_heads * ceiling(query_tiles(a), akn_attention_forward_subs(a));
}

size_t akn_attention_forward_scratch(const akn_attention_t *a) {
  size_t row = padded(a->head_dim) + padded(a->value_dim);
  return AKN_ATTENTION_TILE * ((akn_attention_forward_subs(a) + 1) * row + AKN_ATTENTION_TILE);
}

// Parts into which the queries of one key head are split: a matter of the shapes alone, since the
// order of the sums follows from it.
static size_t akn_attention_splits(const akn_attention_t *a) {
  size_t heads = a->batch * a->kv_heads;
  if (heads == 0 || heads >= AKN_ATTENTION_ENOUGH) return 1;
  size_t most = query_tiles(a) / AKN_ATTENTION_SPLIT_TILES;
  size_t wanted = ceiling(AKN_ATTENTION_ENOUGH, heads);
  size_t splits = wanted < most ? wanted : most;
  return splits == 0 ? 1 : splits;
}

size_t akn_attention_backward_items(const akn_attention_t *a) {
  return a->batch * a->kv_heads * akn_attention_splits(a);
}

size_t akn_attention_backward_scratch(const akn_attention_t *a) {
  size_t k = padded(a->head_dim), v = padded(a->value_dim);
  return AKN_ATTENTION_TILE * (AKN_ATTENTION_SUBS * (3 * k + 2 * v) + 2 * (k + v) +
                               3 * AKN_ATTENTION_TILE);
}

size_t akn_attention_backward_partial(const akn_attention_t *a) {
  return a->batch * a->kv_heads * (akn_attention_splits(a) - 1) * a->keys *
         (a->head_dim + a->value_dim);
}

size_t akn_attention_decode_items(const akn_attention_t *a) {
  size_t chunks = ceiling(a->keys, AKN_ATTENTION_CHUNK);
  return a->batch * a->kv_heads * (chunks == 0 ? 1 : chunks);
}

size_t akn_attention_decode_scratch(const akn_attention_t *a) {
  (void)a;
  return AKN_ATTENTION_CHUNK + 16;
}

size_t akn_attention_decode_partial(const akn_attention_t *a) {
  return akn_attention_decode_items(a) * (a->heads / a->kv_heads) * (a->value_dim + 1);
}

#define AKN_TEMPLATE "templates/attention_kernels.inc"
#include "internal/instantiate.h"

#define AKN_ATTENTION_DISPATCH(T, R)                                                             \
  AKN_DISPATCH(void, akn_attention_forward, T,                                                   \
               (const akn_attention_t *a, size_t item, R *scratch), (a, item, scratch))          \
  AKN_DISPATCH(void, akn_attention_backward, T,                                                  \
               (const akn_attention_t *a, const akn_attention_gradients_t *g, size_t item,       \
                R *scratch),                                                                     \
               (a, g, item, scratch))                                                            \
  AKN_DISPATCH(void, akn_attention_backward_finish, T,                                           \
               (const akn_attention_t *a, const akn_attention_gradients_t *g, size_t n),         \
               (a, g, n))                                                                        \
  AKN_DISPATCH(void, akn_attention_backward_small, T,                                            \
               (const akn_attention_t *a, const akn_attention_gradients_t *g, R *d_bias,         \
                int accumulate_bias, R *d_sink, int accumulate_sink),                            \
               (a, g, d_bias, accumulate_bias, d_sink, accumulate_sink))                         \
  AKN_DISPATCH(void, akn_attention_decode, T,                                                    \
               (const akn_attention_t *a, size_t item, R *partial, R *scratch),                  \
               (a, item, partial, scratch))                                                      \
  AKN_DISPATCH(void, akn_attention_decode_finish, T,                                             \
               (const akn_attention_t *a, size_t n, const R *partial), (a, n, partial))          \
  AKN_DISPATCH(void, akn_attention_row_summary, T,                                               \
               (const akn_attention_t *a, size_t b, size_t head, size_t i, R summary[3],         \
                R *scratch),                                                                     \
               (a, b, head, i, summary, scratch))                                                \
  AKN_DISPATCH(void, akn_attention_merge, T,                                                     \
               (size_t parts, size_t batch, size_t queries, size_t heads, size_t dim,            \
                const R *const *part_o, const R *const *part_lse, R *o, R *lse),                 \
               (parts, batch, queries, heads, dim, part_o, part_lse, o, lse))                    \
  AKN_DISPATCH(void, akn_attention_merge_backward, T,                                            \
               (size_t batch, size_t queries, size_t heads, size_t dim, const R *part_o,         \
                const R *part_lse, const R *o, const R *lse, const R *d_o, const R *d_lse,       \
                R *d_part_o, int accumulate_o, R *d_part_lse, int accumulate_lse),               \
               (batch, queries, heads, dim, part_o, part_lse, o, lse, d_o, d_lse, d_part_o,      \
                accumulate_o, d_part_lse, accumulate_lse))

AKN_ATTENTION_DISPATCH(f32, float)
AKN_ATTENTION_DISPATCH(f64, double)
