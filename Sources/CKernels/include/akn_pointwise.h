// Functions of single elements, their derivatives, and the sums over elements that go with them.
//
// All work on `n` contiguous elements unless rows and a leading dimension are named, and may be
// called on pieces of a whole. Outputs may be inputs. With `accumulate` a result is added to what
// is there. Sums have an order that depends on their length alone.
#ifndef AKN_POINTWISE_H
#define AKN_POINTWISE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  AKN_GELU = 0,          // x Phi(x)
  AKN_GELU_TANH = 1,     // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  AKN_SILU = 2,          // x / (1 + exp(-x))
  AKN_RELU = 3,          // max(x, 0)
  AKN_RELU_SQUARED = 4,  // max(x, 0)^2
  AKN_SIGMOID = 5,       // 1 / (1 + exp(-x))
  AKN_TANH = 6,
  AKN_SOFTPLUS = 7,  // ln(1 + exp(x))
  AKN_EXP = 8,
  AKN_IDENTITY = 9,  // x
  AKN_ELU_PLUS_ONE = 10,  // x + 1 for x >= 0, exp(x) below
} akn_activation_t;

#define AKN_POINTWISE_DECLARE(T, R)                                                               \
  /* y = f(x) */                                                                                  \
  void akn_activation_forward_##T(akn_activation_t f, size_t n, const R *x, R *y);                \
  /* dx = dy f'(x) */                                                                             \
  void akn_activation_backward_##T(akn_activation_t f, size_t n, const R *x, const R *dy, R *dx,  \
                                   int accumulate);                                               \
  /* x [rows, 2 features] holds gates, then values; y = f(gate) value [rows, features] */         \
  void akn_gated_forward_##T(akn_activation_t f, size_t rows, size_t features, const R *x, R *y); \
  void akn_gated_backward_##T(akn_activation_t f, size_t rows, size_t features, const R *x,       \
                              const R *dy, R *dx, int accumulate);                                \
  /* y = sigmoid(g) x with one g [rows, heads] for `width` elements of x [rows, heads width] */   \
  void akn_gate_forward_##T(size_t rows, size_t heads, size_t width, const R *g, const R *x,      \
                            R *y);                                                                \
  /* Either gradient may be absent. */                                                            \
  void akn_gate_backward_##T(size_t rows, size_t heads, size_t width, const R *g, const R *x,     \
                             const R *dy, R *dg, int accumulate_g, R *dx, int accumulate_x);      \
  /* y = a + b */                                                                                 \
  void akn_add_##T(size_t n, const R *a, const R *b, R *y);                                       \
  /* y = a b */                                                                                   \
  void akn_multiply_##T(size_t n, const R *a, const R *b, R *y, int accumulate);                  \
  /* y = s x */                                                                                   \
  void akn_scale_##T(size_t n, R s, const R *x, R *y, int accumulate);                            \
  /* y = s y + t x */                                                                             \
  void akn_axpby_##T(size_t n, R t, const R *x, R s, R *y);                                       \
  /* y = x + bias, a row that all rows share */                                                   \
  void akn_add_bias_##T(size_t rows, size_t columns, const R *x, const R *bias, R *y);            \
  /* sums[c] = sum of x[r, c] over rows, first to last */                                         \
  void akn_column_sums_##T(size_t rows, size_t columns, const R *x, size_t ldx, R *sums,          \
                           int accumulate);                                                       \
  /* y = x, matrices with leading dimensions */                                                   \
  void akn_copy_matrix_##T(size_t rows, size_t columns, const R *x, size_t ldx, R *y, size_t ldy, \
                           int accumulate);                                                       \
  /* Sums in double precision. */                                                                 \
  double akn_sum_##T(size_t n, const R *x);                                                       \
  double akn_square_sum_##T(size_t n, const R *x);                                                \
  double akn_dot_##T(size_t n, const R *x, const R *y);

AKN_POINTWISE_DECLARE(f32, float)
AKN_POINTWISE_DECLARE(f64, double)

#ifdef __cplusplus
}
#endif
#endif
