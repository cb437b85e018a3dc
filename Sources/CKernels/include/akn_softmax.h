// Softmax of rows, and cross-entropy fused with it.
//
// Rows may be cut anywhere between calls.
#ifndef AKN_SOFTMAX_H
#define AKN_SOFTMAX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AKN_SOFTMAX_DECLARE(T, R)                                                                 \
  /* y = exp(x - lse(x)) */                                                                       \
  void akn_softmax_forward_##T(size_t rows, size_t columns, const R *x, R *y);                    \
  /* dx = y (dy - sum(dy y)) */                                                                   \
  void akn_softmax_backward_##T(size_t rows, size_t columns, const R *y, const R *dy, R *dx,      \
                                int accumulate);                                                  \
  /* y = x - lse(x) */                                                                            \
  void akn_log_softmax_forward_##T(size_t rows, size_t columns, const R *x, R *y);                \
  /* dx = dy - exp(y) sum(dy) */                                                                  \
  void akn_log_softmax_backward_##T(size_t rows, size_t columns, const R *y, const R *dy, R *dx,  \
                                    int accumulate);                                              \
  /* most = max(x) and rest = ln(sum(exp(x - most))), whose sum is lse: large logits leave one    \
     number too few digits. The loss against the distribution that puts 1 - smoothing on the      \
     target and smoothing / columns on every column is                                            \
       loss = lse - (1 - smoothing) x[target] - smoothing mean(x)                                 \
     Rows with a negative target have loss 0. */                                                  \
  void akn_cross_entropy_forward_##T(size_t rows, size_t columns, const R *x,                     \
                                     const int32_t *targets, double smoothing, R *loss, R *most,  \
                                     R *rest);                                                    \
  /* The gradient of sum over r of weight[r] loss[r] + z_weight[r] lse[r]^2:                      \
       dx = (weight + 2 z_weight lse) softmax(x) - weight (target distribution)                   \
     z_weight may be absent, dx may be x. Rows with a negative target get 0. */                   \
  void akn_cross_entropy_backward_##T(size_t rows, size_t columns, const R *x,                    \
                                      const int32_t *targets, double smoothing, const R *most,    \
                                      const R *rest, const R *weight, const R *z_weight, R *dx,   \
                                      int accumulate);

AKN_SOFTMAX_DECLARE(f32, float)
AKN_SOFTMAX_DECLARE(f64, double)

#ifdef __cplusplus
}
#endif
#endif
