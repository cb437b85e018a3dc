#include "akn_gemm.h"

#include "internal/dispatch.h"

#define AKN_MIN(a, b) ((a) < (b) ? (a) : (b))

#define AKN_TEMPLATE "templates/gemm.inc"
#include "internal/instantiate.h"

#define DECLARED(REAL) \
  (size_t k, size_t begin, size_t end, const REAL *b, size_t ldb, int transposed, REAL *packed)
#define PASSED (k, begin, end, b, ldb, transposed, packed)
AKN_DISPATCH(void, akn_gemm_pack_columns, f32, DECLARED(float), PASSED)
AKN_DISPATCH(void, akn_gemm_pack_columns, f64, DECLARED(double), PASSED)
#undef DECLARED
#undef PASSED

#define DECLARED(REAL)                                                                       \
  (size_t m, size_t k, size_t begin, size_t end, const REAL *a, size_t lda, int transposed, \
   REAL *packed)
#define PASSED (m, k, begin, end, a, lda, transposed, packed)
AKN_DISPATCH(void, akn_gemm_pack_rows, f32, DECLARED(float), PASSED)
AKN_DISPATCH(void, akn_gemm_pack_rows, f64, DECLARED(double), PASSED)
#undef DECLARED
#undef PASSED

#define DECLARED(REAL)                                                                    \
  (size_t m, size_t n, size_t k, const REAL *a, size_t lda, int transposed,              \
   const REAL *packed, REAL *c, size_t ldc, const REAL *bias, const REAL *addend, size_t ldr)
#define PASSED (m, n, k, a, lda, transposed, packed, c, ldc, bias, addend, ldr)
AKN_DISPATCH(void, akn_gemm_rows, f32, DECLARED(float), PASSED)
AKN_DISPATCH(void, akn_gemm_rows, f64, DECLARED(double), PASSED)
#undef DECLARED
#undef PASSED

#define DECLARED(REAL)                                                                     \
  (size_t m, size_t n, size_t k, const REAL *packed, const REAL *b, size_t ldb,           \
   int transposed, REAL *c, size_t ldc, const REAL *bias, const REAL *addend, size_t ldr)
#define PASSED (m, n, k, packed, b, ldb, transposed, c, ldc, bias, addend, ldr)
AKN_DISPATCH(void, akn_gemm_columns, f32, DECLARED(float), PASSED)
AKN_DISPATCH(void, akn_gemm_columns, f64, DECLARED(double), PASSED)
#undef DECLARED
#undef PASSED
