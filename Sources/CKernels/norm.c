#include "akn_norm.h"

#include "internal/dispatch.h"

#define AKN_TEMPLATE "templates/norm.inc"
#include "internal/instantiate.h"

#define D(R)                                                                                      \
  (size_t rows, size_t groups, size_t width, const R *x, size_t ldx, const R *addend, R *sum,     \
   const R *gain, const R *bias, double epsilon, R *y, size_t ldy, R *mean, R *rstd)
#define P (rows, groups, width, x, ldx, addend, sum, gain, bias, epsilon, y, ldy, mean, rstd)
AKN_DISPATCH(void, akn_norm_forward, f32, D(float), P)
AKN_DISPATCH(void, akn_norm_forward, f64, D(double), P)
#undef D
#undef P
#define D(R)                                                                                      \
  (size_t rows, size_t groups, size_t width, const R *x, size_t ldx, const R *gain,               \
   const R *mean, const R *rstd, const R *dy, size_t ldy, R *dx, size_t ldd, int accumulate,      \
   R *dgain, R *dbias)
#define P                                                                                         \
  (rows, groups, width, x, ldx, gain, mean, rstd, dy, ldy, dx, ldd, accumulate, dgain, dbias)
AKN_DISPATCH(void, akn_norm_backward, f32, D(float), P)
AKN_DISPATCH(void, akn_norm_backward, f64, D(double), P)
