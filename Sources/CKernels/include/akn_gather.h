// Rows picked by index, and what routing of rows to groups needs.
//
// Indices below zero mean "none": they read zeros and write nothing. With `accumulate` a result is
// added to what is there. Sums are taken in the order of the rows, whatever the cut.
#ifndef AKN_GATHER_H
#define AKN_GATHER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Sorts `n` keys below `groups` stably by counting: the sorted place p holds item order[p], item i
// is at place[i], and group g takes the places from offsets[g] up to offsets[g + 1]. Negative keys
// get the place -1 and are left out.
void akn_group(size_t n, const int32_t *keys, size_t groups, int32_t *offsets, int32_t *order,
               int32_t *place);

#define AKN_GATHER_DECLARE(T, R)                                                                  \
  /* y[i] = x[index[i]] for n rows */                                                             \
  void akn_gather_rows_##T(size_t n, size_t columns, const R *x, const int32_t *index, R *y,      \
                           int accumulate);                                                       \
  /* y[index[i]] += x[i] for n rows, in columns [begin, end); cut by columns, not by rows. Without \
     `accumulate` the columns of all y_rows rows are cleared first. */                            \
  void akn_scatter_add_rows_##T(size_t n, size_t columns, size_t begin, size_t end, const R *x,   \
                                const int32_t *index, size_t y_rows, R *y, int accumulate);       \
  /* For places [begin, end): y[p] = weight x[order[p] / choices], weights[order[p]] or 1. */     \
  void akn_expand_rows_##T(size_t begin, size_t end, size_t choices, size_t columns, const R *x,  \
                           const int32_t *order, const R *weights, R *y, int accumulate);         \
  /* For rows [begin, end): y[t] = sum over j < choices of weight x[place[t choices + j]]. */     \
  void akn_combine_rows_##T(size_t begin, size_t end, size_t choices, size_t columns, const R *x, \
                            const int32_t *place, const R *weights, R *y, int accumulate);        \
  /* For rows [begin, end): dw[t, j] = x[place[t choices + j]] . dy[t] */                         \
  void akn_combine_weights_##T(size_t begin, size_t end, size_t choices, size_t columns,          \
                               const R *x, const int32_t *place, const R *dy, R *dw,              \
                               int accumulate);                                                   \
  /* The `count` greatest of each row of x + bias (bias may be absent), greatest first, equal ones \
     by lower index, NaN last: their columns, and x there (values may be absent). */              \
  void akn_top_##T(size_t rows, size_t columns, size_t count, const R *x, const R *bias,          \
                   int32_t *index, R *values);

AKN_GATHER_DECLARE(f32, float)
AKN_GATHER_DECLARE(f64, double)

#ifdef __cplusplus
}
#endif
#endif
