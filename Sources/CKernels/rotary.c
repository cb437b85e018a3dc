#include "akn_rotary.h"

#include "internal/dispatch.h"

#define AKN_TEMPLATE "templates/rotary.inc"
#include "internal/instantiate.h"

#define D(R)                                                                                    \
  (size_t rows, size_t heads, size_t width, size_t dims, akn_rotary_layout_t layout,            \
   const R *cosines, const R *sines, const int32_t *positions, int inverse, R *x, size_t ldx)
#define P (rows, heads, width, dims, layout, cosines, sines, positions, inverse, x, ldx)
AKN_DISPATCH(void, akn_rotary, f32, D(float), P)
AKN_DISPATCH(void, akn_rotary, f64, D(double), P)
