#include "akn_recurrence.h"

#include <stdint.h>

#include "internal/dispatch.h"

static size_t padded(size_t width) { return (width + 15) / 16 * 16; }

size_t akn_recurrence_scratch(const akn_recurrence_t *a) {
  size_t k = padded(a->key_dim), v = padded(a->value_dim + (a->normalise ? 1 : 0));
  size_t chunk = AKN_RECURRENCE_CHUNK;
  return 2 * k * v + 7 * k * chunk + 6 * v * chunk + 2 * chunk * chunk;
}

size_t akn_recurrence_recurrent_scratch(const akn_recurrence_t *a) {
  size_t k = padded(a->key_dim), v = padded(a->value_dim + (a->normalise ? 1 : 0));
  size_t chunk = AKN_RECURRENCE_CHUNK;
  return (chunk + 2) * k * v + 2 * k + (3 + chunk) * v;
}

#define AKN_TEMPLATE "templates/recurrence_kernels.inc"
#include "internal/instantiate.h"

#define AKN_RECURRENCE_DISPATCH(T, R)                                                       \
  AKN_DISPATCH(void, akn_recurrence_quadratic, T,                                           \
               (const akn_recurrence_t *a, size_t item, R *scratch), (a, item, scratch))    \
  AKN_DISPATCH(void, akn_recurrence_recurrent, T,                                           \
               (const akn_recurrence_t *a, size_t item, R *scratch), (a, item, scratch))    \
  AKN_DISPATCH(void, akn_recurrence_chunked, T,                                             \
               (const akn_recurrence_t *a, size_t item, R *scratch), (a, item, scratch))    \
  AKN_DISPATCH(void, akn_recurrence_recurrent_backward, T,                                  \
               (const akn_recurrence_t *a, const akn_recurrence_gradients_t *g, size_t item, \
                R *scratch),                                                                \
               (a, g, item, scratch))                                                       \
  AKN_DISPATCH(void, akn_recurrence_chunked_backward, T,                                    \
               (const akn_recurrence_t *a, const akn_recurrence_gradients_t *g, size_t item, \
                R *scratch),                                                                \
               (a, g, item, scratch))

AKN_RECURRENCE_DISPATCH(f32, float)
AKN_RECURRENCE_DISPATCH(f64, double)
