// Rotary positions: pairs of elements of each head turn by an angle proportional to the position.
#ifndef AKN_ROTARY_H
#define AKN_ROTARY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Which elements of a head form a pair.
typedef enum {
  AKN_ROTARY_HALVES = 0,      // i and i + dims / 2
  AKN_ROTARY_INTERLEAVED = 1  // 2i and 2i + 1
} akn_rotary_layout_t;

#define AKN_ROTARY_DECLARE(T, R)                                                                 \
  /* Turns, in place, the first `dims` (even) of each of `heads` adjacent heads of `width`       \
     elements in every row of x. Tables are [positions, dims / 2]; row r is at positions[r]. The \
     inverse turns back: the gradient. */                                                        \
  void akn_rotary_##T(size_t rows, size_t heads, size_t width, size_t dims,                      \
                      akn_rotary_layout_t layout, const R *cosines, const R *sines,              \
                      const int32_t *positions, int inverse, R *x, size_t ldx);

AKN_ROTARY_DECLARE(f32, float)
AKN_ROTARY_DECLARE(f64, double)

#ifdef __cplusplus
}
#endif
#endif
