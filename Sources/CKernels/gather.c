#include "akn_gather.h"

#include "internal/dispatch.h"

void akn_group(size_t n, const int32_t *keys, size_t groups, int32_t *offsets, int32_t *order,
               int32_t *place) {
  for (size_t g = 0; g <= groups; g++) offsets[g] = 0;
  for (size_t i = 0; i < n; i++)
    if (keys[i] >= 0) offsets[keys[i]]++;
  int32_t start = 0;
  for (size_t g = 0; g <= groups; g++) {
    const int32_t size = offsets[g];
    offsets[g] = start;
    start += size;
  }
  for (size_t i = 0; i < n; i++) {
    place[i] = keys[i] < 0 ? -1 : offsets[keys[i]]++;
    if (place[i] >= 0) order[place[i]] = (int32_t)i;
  }
  // Every start moved on to the next one's place.
  for (size_t g = groups; g > 0; g--) offsets[g] = offsets[g - 1];
  offsets[0] = 0;
  for (size_t p = (size_t)start; p < n; p++) order[p] = -1;
}

#define AKN_TEMPLATE "templates/gather.inc"
#include "internal/instantiate.h"

#define BOTH(name, DECLARED, passed)                     \
  AKN_DISPATCH(void, name, f32, DECLARED(float), passed) \
  AKN_DISPATCH(void, name, f64, DECLARED(double), passed)

#define D(R) \
  (size_t n, size_t columns, const R *x, const int32_t *index, R *y, int accumulate)
BOTH(akn_gather_rows, D, (n, columns, x, index, y, accumulate))
#undef D
#define D(R)                                                                            \
  (size_t n, size_t columns, size_t begin, size_t end, const R *x, const int32_t *index, \
   size_t y_rows, R *y, int accumulate)
BOTH(akn_scatter_add_rows, D, (n, columns, begin, end, x, index, y_rows, y, accumulate))
#undef D
#define D(R)                                                                    \
  (size_t begin, size_t end, size_t choices, size_t columns, const R *x,        \
   const int32_t *order, const R *weights, R *y, int accumulate)
BOTH(akn_expand_rows, D, (begin, end, choices, columns, x, order, weights, y, accumulate))
BOTH(akn_combine_rows, D, (begin, end, choices, columns, x, order, weights, y, accumulate))
#undef D
#define D(R)                                                                    \
  (size_t begin, size_t end, size_t choices, size_t columns, const R *x,        \
   const int32_t *place, const R *dy, R *dw, int accumulate)
BOTH(akn_combine_weights, D, (begin, end, choices, columns, x, place, dy, dw, accumulate))
#undef D
#define D(R)                                                                     \
  (size_t rows, size_t columns, size_t count, const R *x, const R *bias,         \
   int32_t *index, R *values)
BOTH(akn_top, D, (rows, columns, count, x, bias, index, values))
#undef D
