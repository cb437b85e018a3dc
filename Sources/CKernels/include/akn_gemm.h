// Matrix products in pieces that a thread pool runs side by side.
//
// One operand is packed whole into panels that all threads read, the other one passes through the
// stack of the thread that uses it. akn_gemm_rows computes rows of C and wants B packed (products
// with weights: many rows, or the few rows of decoding); akn_gemm_columns computes columns of C
// and wants A packed (gradients of weights, which sum over all rows of activations).
//
//   C = op(A) op(B) + bias + addend        A is m x k, B is k x n, row-major
//
// `bias` is a row of n numbers, `addend` a matrix with leading dimension ldr; both may be absent.
// An addend that is C itself accumulates. `transposed` operands are stored the other way round.
//
// Every element of C is summed in one order, whatever m, n and the way the work is cut: chunks of
// AKN_GEMM_DEPTH along k, each from its first to its last product, then the chunks one after the
// other, bias and addend with the first. Only the instruction set changes the bits.
//
// Stack: up to 220 KB a call.
#ifndef AKN_GEMM_H
#define AKN_GEMM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Products that are summed before they are added to what is there.
#define AKN_GEMM_DEPTH 256
// Rows that akn_gemm_rows works on at a time: items of a pool are multiples of it.
#define AKN_GEMM_ROWS 96

// Columns of B in a panel and rows of A in a panel, the same for all instruction sets. Items of a
// pool start at multiples of them.
#define AKN_GEMM_PANEL_COLUMNS_F32 32
#define AKN_GEMM_PANEL_COLUMNS_F64 16
#define AKN_GEMM_PANEL_ROWS 12

// Packs columns [begin, end) of B, which has k rows. `packed` has room for k times all columns,
// rounded up to whole panels; a column j that starts a panel is at packed[j * k].
void akn_gemm_pack_columns_f32(size_t k, size_t begin, size_t end, const float *b, size_t ldb,
                               int transposed, float *packed);
void akn_gemm_pack_columns_f64(size_t k, size_t begin, size_t end, const double *b, size_t ldb,
                               int transposed, double *packed);

// Packs rows [begin, end) of the m x k matrix A. `packed` has room for k times m rounded up to
// whole panels.
void akn_gemm_pack_rows_f32(size_t m, size_t k, size_t begin, size_t end, const float *a,
                            size_t lda, int transposed, float *packed);
void akn_gemm_pack_rows_f64(size_t m, size_t k, size_t begin, size_t end, const double *a,
                            size_t lda, int transposed, double *packed);

// m rows of C from m rows of A and packed columns of B. For a range of columns that starts at a
// panel boundary j, the caller passes packed + j * k and c, bias and addend moved by j.
void akn_gemm_rows_f32(size_t m, size_t n, size_t k, const float *a, size_t lda, int transposed,
                       const float *packed, float *c, size_t ldc, const float *bias,
                       const float *addend, size_t ldr);
void akn_gemm_rows_f64(size_t m, size_t n, size_t k, const double *a, size_t lda, int transposed,
                       const double *packed, double *c, size_t ldc, const double *bias,
                       const double *addend, size_t ldr);

// n columns of C from all m packed rows of A and n columns of B.
void akn_gemm_columns_f32(size_t m, size_t n, size_t k, const float *packed, const float *b,
                          size_t ldb, int transposed, float *c, size_t ldc, const float *bias,
                          const float *addend, size_t ldr);
void akn_gemm_columns_f64(size_t m, size_t n, size_t k, const double *packed, const double *b,
                          size_t ldb, int transposed, double *c, size_t ldc, const double *bias,
                          const double *addend, size_t ldr);

#ifdef __cplusplus
}
#endif
#endif
