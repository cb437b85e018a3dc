#include "akn_pointwise.h"

#include "internal/dispatch.h"

#define AKN_TEMPLATE "templates/pointwise.inc"
#include "internal/instantiate.h"

#define BOTH(result, name, DECLARED, passed)                 \
  AKN_DISPATCH(result, name, f32, DECLARED(float), passed)   \
  AKN_DISPATCH(result, name, f64, DECLARED(double), passed)

#define D(R) (akn_activation_t f, size_t n, const R *x, R *y)
BOTH(void, akn_activation_forward, D, (f, n, x, y))
#undef D
#define D(R) \
  (akn_activation_t f, size_t n, const R *x, const R *dy, R *dx, int accumulate)
BOTH(void, akn_activation_backward, D, (f, n, x, dy, dx, accumulate))
#undef D
#define D(R) (akn_activation_t f, size_t rows, size_t features, const R *x, R *y)
BOTH(void, akn_gated_forward, D, (f, rows, features, x, y))
#undef D
#define D(R)                                                                              \
  (akn_activation_t f, size_t rows, size_t features, const R *x, const R *dy, R *dx,      \
   int accumulate)
BOTH(void, akn_gated_backward, D, (f, rows, features, x, dy, dx, accumulate))
#undef D
#define D(R) (size_t rows, size_t heads, size_t width, const R *g, const R *x, R *y)
BOTH(void, akn_gate_forward, D, (rows, heads, width, g, x, y))
#undef D
#define D(R)                                                                              \
  (size_t rows, size_t heads, size_t width, const R *g, const R *x, const R *dy, R *dg,   \
   int accumulate_g, R *dx, int accumulate_x)
BOTH(void, akn_gate_backward, D,
     (rows, heads, width, g, x, dy, dg, accumulate_g, dx, accumulate_x))
#undef D
#define D(R) (size_t n, const R *a, const R *b, R *y)
BOTH(void, akn_add, D, (n, a, b, y))
#undef D
#define D(R) (size_t n, const R *a, const R *b, R *y, int accumulate)
BOTH(void, akn_multiply, D, (n, a, b, y, accumulate))
#undef D
#define D(R) (size_t n, R s, const R *x, R *y, int accumulate)
BOTH(void, akn_scale, D, (n, s, x, y, accumulate))
#undef D
#define D(R) (size_t n, R t, const R *x, R s, R *y)
BOTH(void, akn_axpby, D, (n, t, x, s, y))
#undef D
#define D(R) (size_t rows, size_t columns, const R *x, const R *bias, R *y)
BOTH(void, akn_add_bias, D, (rows, columns, x, bias, y))
#undef D
#define D(R) (size_t rows, size_t columns, const R *x, size_t ldx, R *sums, int accumulate)
BOTH(void, akn_column_sums, D, (rows, columns, x, ldx, sums, accumulate))
#undef D
#define D(R) \
  (size_t rows, size_t columns, const R *x, size_t ldx, R *y, size_t ldy, int accumulate)
BOTH(void, akn_copy_matrix, D, (rows, columns, x, ldx, y, ldy, accumulate))
#undef D
#define D(R) (size_t n, const R *x)
BOTH(double, akn_sum, D, (n, x))
BOTH(double, akn_square_sum, D, (n, x))
#undef D
#define D(R) (size_t n, const R *x, const R *y)
BOTH(double, akn_dot, D, (n, x, y))
#undef D
