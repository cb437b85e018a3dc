// Exact attention by tiles, forward and backward: memory linear in the number of rows, never a
// matrix of all queries against all keys.
//
// The two kernel families _f32 and _f64 share one description; its `void` pointers are to float
// or double accordingly. Row i of a sequence is the query at position `offset + i`; positions count
// from the first key. A query at position p sees the keys j with
//
//   first <= j < end   and   j <= p + right   and   (p - left <= j   or   j < first + sink_keys)
//
// where `first` is the larger of key_begin[b] and first_key[b * queries + i] (0 if both are absent)
// and `end` is key_end[b] (or `keys`); a block list, if there is one, removes further keys.
// The score of query i and key j is
//
//   z = cap(scale · query_scale[i, h] · q·k) + bias[h, p - j] - slope[h] · |p - j|
//   cap(x) = softcap · tanh(x / softcap), or x if softcap is 0
//
// and the output o = Σ_j w_j v_j with weights w by `normaliser`. With softmax the logarithm of the
// denominator is returned too; a row without keys has o = 0 and lse = -infinity.
#ifndef AKN_ATTENTION_H
#define AKN_ATTENTION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Queries and keys in a tile; block lists count in tiles.
#define AKN_ATTENTION_TILE 64
// Keys that one decoding item reads.
#define AKN_ATTENTION_CHUNK 512
// `left` or `right` without a bound.
#define AKN_ATTENTION_UNBOUNDED (((int64_t)1) << 40)

typedef enum {
  AKN_ATTENTION_SOFTMAX = 0,  // exp(z - lse)
  AKN_ATTENTION_SIGMOID = 1,  // 1 / (1 + exp(-z - parameter))
  AKN_ATTENTION_SILU = 2,     // z / (1 + exp(-z)) · parameter
} akn_attention_normaliser_t;

// Where a matrix lies: element (b, row, head, c) is base[b * batch + row * row + head * head + c].
typedef struct {
  size_t batch, row, head;
} akn_attention_strides_t;

typedef struct {
  // `heads` is a multiple of `kv_heads`; query head h reads key head h / (heads / kv_heads).
  size_t batch, heads, kv_heads, queries, keys, head_dim, value_dim;
  const void *q, *k, *v;
  void *o;
  akn_attention_strides_t q_at, k_at, v_at, o_at;
  void *lse;  // [batch, heads, queries]; may be absent except for the backward pass of softmax

  int64_t offset, left, right, sink_keys;
  const int32_t *offsets;    // per sequence, added to `offset`; may be absent
  const int32_t *key_begin;  // per sequence; may be absent
  const int32_t *key_end;    // per sequence; may be absent
  const int32_t *first_key;  // [batch, queries]; may be absent

  // Block list in compressed rows: the key tiles of query tile t of head h are block_key[n] for
  // block_row[h * tiles + t] <= n < block_row[h * tiles + t + 1], ascending. block_mask[n] is -1 for
  // a whole tile, else the index m of 64 words: bit i of block_bits[64 m + j] admits query i and
  // key j of the tile. block_row may be absent.
  const int32_t *block_row, *block_key, *block_mask;
  const uint64_t *block_bits;

  akn_attention_normaliser_t normaliser;
  double parameter, scale, softcap;
  const void *query_scale;  // may be absent; element (b, i, h) by query_scale_at
  akn_attention_strides_t query_scale_at;
  const void *bias;     // [heads, bias_length]; may be absent
  size_t bias_length;   // distance p - j is entry p - j + bias_origin, held inside the table
  int64_t bias_origin;
  const void *slopes;       // [heads]; may be absent
  const void *sink_logits;  // [heads], one more term of each denominator; may be absent
} akn_attention_t;

// Gradients. Those of q, k and v may be absent one by one. `*_partial` are written by items and
// summed, in a fixed order, by akn_attention_backward_finish.
typedef struct {
  const void *d_o;
  akn_attention_strides_t d_o_at;
  const void *d_lse;  // [batch, heads, queries]; may be absent
  void *d_q, *d_k, *d_v;
  akn_attention_strides_t d_q_at, d_k_at, d_v_at;
  int accumulate_q, accumulate_k, accumulate_v;
  void *d_query_scale;  // laid out as query_scale; may be absent
  int accumulate_query_scale;
  void *kv_partial;    // akn_attention_backward_partial elements
  void *bias_partial;  // [items, heads / kv_heads, bias_length]; absent: no gradient wanted
  void *sink_partial;  // [items, heads / kv_heads]; absent: no gradient wanted
} akn_attention_gradients_t;

// The pieces of work that threads may share; they depend on the shapes alone.
size_t akn_attention_forward_items(const akn_attention_t *a);
size_t akn_attention_backward_items(const akn_attention_t *a);
size_t akn_attention_decode_items(const akn_attention_t *a);
// Elements of scratch that a call of one item needs, 64-byte aligned.
size_t akn_attention_forward_scratch(const akn_attention_t *a);
size_t akn_attention_backward_scratch(const akn_attention_t *a);
size_t akn_attention_decode_scratch(const akn_attention_t *a);
// Elements of kv_partial: zero unless the items are fewer than a pool wants.
size_t akn_attention_backward_partial(const akn_attention_t *a);
// Elements of the partial results of decoding.
size_t akn_attention_decode_partial(const akn_attention_t *a);

#define AKN_ATTENTION_DECLARE(T, R)                                                                \
  void akn_attention_forward_##T(const akn_attention_t *a, size_t item, R *scratch);               \
  /* The rows of d_k and d_v that belong to the item, d_q of its queries. */                       \
  void akn_attention_backward_##T(const akn_attention_t *a, const akn_attention_gradients_t *g,    \
                                  size_t item, R *scratch);                                        \
  /* After all items: adds the partial sums of key head n = b * kv_heads + kv_head to d_k, d_v. */ \
  void akn_attention_backward_finish_##T(const akn_attention_t *a,                                 \
                                         const akn_attention_gradients_t *g, size_t n);            \
  /* d_bias [heads, bias_length] and d_sink [heads] from the partial sums; either may be NULL. */  \
  void akn_attention_backward_small_##T(const akn_attention_t *a,                                  \
                                        const akn_attention_gradients_t *g, R *d_bias,             \
                                        int accumulate_bias, R *d_sink, int accumulate_sink);      \
  /* One query a sequence (queries = 1, no block list): all items, then finish for each n. */      \
  void akn_attention_decode_##T(const akn_attention_t *a, size_t item, R *partial, R *scratch);    \
  void akn_attention_decode_finish_##T(const akn_attention_t *a, size_t n, const R *partial);      \
  /* Of one row (b, head, i): the entropy (nats) of the softmax weights on keys, the weight of the \
     first visible key and the highest score; 0, 0 and -infinity for a row without keys. Leaves    \
     the block list out of account. scratch: as for decode */                                      \
  void akn_attention_row_summary_##T(const akn_attention_t *a, size_t b, size_t head, size_t i,    \
                                     R summary[3], R *scratch);                                    \
  /* o = Σ_p softmax_p(lse_p) o_p, lse = log Σ_p exp(lse_p) over partial attentions of the same    \
     queries to different keys; o [batch, queries, heads, dim], lse [batch, heads, queries]. */    \
  void akn_attention_merge_##T(size_t parts, size_t batch, size_t queries, size_t heads,           \
                               size_t dim, const R *const *part_o, const R *const *part_lse, R *o, \
                               R *lse);                                                            \
  /* The gradients of one part; d_o, d_lse and the results may be NULL. */                         \
  void akn_attention_merge_backward_##T(                                                           \
      size_t batch, size_t queries, size_t heads, size_t dim, const R *part_o, const R *part_lse,  \
      const R *o, const R *lse, const R *d_o, const R *d_lse, R *d_part_o, int accumulate_o,       \
      R *d_part_lse, int accumulate_lse);

AKN_ATTENTION_DECLARE(f32, float)
AKN_ATTENTION_DECLARE(f64, double)

#ifdef __cplusplus
}
#endif
#endif
