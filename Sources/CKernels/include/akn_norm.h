// Layer normalisation and root-mean-square normalisation of rows, forward and backward.
//
//   layer:  y = (x - mean) rstd gain + bias,  rstd = 1 / sqrt(mean((x - mean)^2) + epsilon)
//   rms:    y = x rstd gain,                  rstd = 1 / sqrt(mean(x^2) + epsilon)
//
// A row holds `groups` groups of `width` elements, each normalised by itself with the same gain;
// element c of group g is x[r * ld + g * width + c]. Whole rows are one group. Rows may be cut
// anywhere between calls.
#ifndef AKN_NORM_H
#define AKN_NORM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AKN_NORM_DECLARE(T, R)                                                                    \
  /* mean (NULL for rms) and rstd are [rows, groups]; gain and bias [width] may be absent. With an \
     addend the norm is that of x + addend, which is written to sum; both are laid out as x. */   \
  void akn_norm_forward_##T(size_t rows, size_t groups, size_t width, const R *x, size_t ldx,     \
                            const R *addend, R *sum, const R *gain, const R *bias, double epsilon, \
                            R *y, size_t ldy, R *mean, R *rstd);                                  \
  /* x is what was normalised. dx may be absent; dgain and dbias [width] are added to if present, \
     first row to last. */                                                                        \
  void akn_norm_backward_##T(size_t rows, size_t groups, size_t width, const R *x, size_t ldx,    \
                             const R *gain, const R *mean, const R *rstd, const R *dy, size_t ldy, \
                             R *dx, size_t ldd, int accumulate, R *dgain, R *dbias);

AKN_NORM_DECLARE(f32, float)
AKN_NORM_DECLARE(f64, double)

#ifdef __cplusplus
}
#endif
#endif
