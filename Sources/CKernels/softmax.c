#include "akn_softmax.h"

#include "internal/dispatch.h"

#define AKN_TEMPLATE "templates/softmax.inc"
#include "internal/instantiate.h"

#define BOTH(name, DECLARED, passed)                     \
  AKN_DISPATCH(void, name, f32, DECLARED(float), passed) \
  AKN_DISPATCH(void, name, f64, DECLARED(double), passed)

#define D(R) (size_t rows, size_t columns, const R *x, R *y)
BOTH(akn_softmax_forward, D, (rows, columns, x, y))
BOTH(akn_log_softmax_forward, D, (rows, columns, x, y))
#undef D
#define D(R) (size_t rows, size_t columns, const R *y, const R *dy, R *dx, int accumulate)
BOTH(akn_softmax_backward, D, (rows, columns, y, dy, dx, accumulate))
BOTH(akn_log_softmax_backward, D, (rows, columns, y, dy, dx, accumulate))
#undef D
#define D(R)                                                                              \
  (size_t rows, size_t columns, const R *x, const int32_t *targets, double smoothing,     \
   R *loss, R *most, R *rest)
BOTH(akn_cross_entropy_forward, D, (rows, columns, x, targets, smoothing, loss, most, rest))
#undef D
#define D(R)                                                                              \
  (size_t rows, size_t columns, const R *x, const int32_t *targets, double smoothing,     \
   const R *most, const R *rest, const R *weight, const R *z_weight, R *dx, int accumulate)
BOTH(akn_cross_entropy_backward, D,
     (rows, columns, x, targets, smoothing, most, rest, weight, z_weight, dx, accumulate))
#undef D
