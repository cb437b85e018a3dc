// Linear recurrences over a matrix state, a sequence and head at a time:
//
//   S_t = λ_t S_{t-1} + β_t k_t u_tᵀ      S is key_dim x value_dim
//   u_t = v_t, or by the delta rule v_t - (λ_t S_{t-1})ᵀ k_t
//   o_t = S_tᵀ q_t, or with the normaliser S_tᵀ q_t / (z_t·q_t + epsilon), z_t = λ_t z_{t-1} + β_t k_t
//
// with log λ_t = log_decay[t, h] + head_log_decay[h] (finite, at most 0) and β_t = 1 where absent.
// z is kept as one more column of the state, so that states have key_dim rows of `value_dim + 1`
// numbers if there is a normaliser and of value_dim if not. Three evaluators give the same results
// to rounding: quadratic (weights of all pairs, no delta rule), recurrent (token by token), chunked
// (pairs within a chunk, a state between chunks; no delta rule).
//
// The two families _f32 and _f64 share the description; its `void` pointers are to float or double.
// Items are pairs of a sequence and a head: item = b * heads + h.
#ifndef AKN_RECURRENCE_H
#define AKN_RECURRENCE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Tokens in a chunk.
#define AKN_RECURRENCE_CHUNK 64

// Element (b, row, head, c) is base[b * batch + row * row + head * head + c].
typedef struct {
  size_t batch, row, head;
} akn_recurrence_strides_t;

typedef struct {
  size_t batch, heads, length, key_dim, value_dim;
  const void *q, *k, *v;
  void *o;
  akn_recurrence_strides_t q_at, k_at, v_at, o_at;
  const void *log_decay;  // may be absent
  akn_recurrence_strides_t log_decay_at;
  const void *head_log_decay;  // [heads]; may be absent
  const void *beta;            // may be absent
  akn_recurrence_strides_t beta_at;
  int delta, normalise;  // not both
  double epsilon;
  const void *initial;  // state before the first token, [items] states; may be absent: zeros
  void *final;          // state after the last token, [items] states
  void *states;         // states before each chunk, [items, chunks]; written by forward passes
  void *denominators;   // z_t·q_t + epsilon, [items, length]; only with the normaliser
} akn_recurrence_t;

// Gradients; each may be absent.
typedef struct {
  const void *d_o;
  akn_recurrence_strides_t d_o_at;
  const void *d_final;
  void *d_q, *d_k, *d_v;
  akn_recurrence_strides_t d_q_at, d_k_at, d_v_at;
  int accumulate_q, accumulate_k, accumulate_v;
  void *d_log_decay, *d_beta;
  int accumulate_log_decay, accumulate_beta;
  void *d_head_log_decay;  // [items]: to be summed over the batch; overwritten
  void *d_initial;
  int accumulate_initial;
} akn_recurrence_gradients_t;

// Elements of scratch of one item, 64-byte aligned: of the quadratic and chunked passes, and of the
// recurrent ones, whose backward pass keeps all states of a chunk.
size_t akn_recurrence_scratch(const akn_recurrence_t *a);
size_t akn_recurrence_recurrent_scratch(const akn_recurrence_t *a);

#define AKN_RECURRENCE_DECLARE(T, R)                                                               \
  /* o and denominators only. */                                                                   \
  void akn_recurrence_quadratic_##T(const akn_recurrence_t *a, size_t item, R *scratch);           \
  /* o, denominators, states, final; without o (NULL) only states and final. */                    \
  void akn_recurrence_recurrent_##T(const akn_recurrence_t *a, size_t item, R *scratch);           \
  void akn_recurrence_chunked_##T(const akn_recurrence_t *a, size_t item, R *scratch);             \
  /* Need o, denominators, states and final of a forward pass. */                                  \
  void akn_recurrence_recurrent_backward_##T(const akn_recurrence_t *a,                            \
                                             const akn_recurrence_gradients_t *g, size_t item,     \
                                             R *scratch);                                          \
  void akn_recurrence_chunked_backward_##T(const akn_recurrence_t *a,                              \
                                           const akn_recurrence_gradients_t *g, size_t item,       \
                                           R *scratch);

AKN_RECURRENCE_DECLARE(f32, float)
AKN_RECURRENCE_DECLARE(f64, double)

#ifdef __cplusplus
}
#endif
#endif
