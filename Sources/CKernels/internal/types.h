// The two element types of one instruction set; see instantiate.h.
#define AKN_TYPE f32
#define AKN_F64 0
#define REAL float
#define LANES (AKN_BYTES / 4)
typedef float VEC __attribute__((vector_size(AKN_BYTES)));
typedef float VECU __attribute__((vector_size(AKN_BYTES), aligned(4)));
typedef int IVEC __attribute__((vector_size(AKN_BYTES)));
#include AKN_TEMPLATE
#undef AKN_TYPE
#undef AKN_F64
#undef REAL
#undef LANES

#define AKN_TYPE f64
#define AKN_F64 1
#define REAL double
#define LANES (AKN_BYTES / 8)
typedef double VEC __attribute__((vector_size(AKN_BYTES)));
typedef double VECU __attribute__((vector_size(AKN_BYTES), aligned(8)));
typedef long long IVEC __attribute__((vector_size(AKN_BYTES)));
#include AKN_TEMPLATE
#undef AKN_TYPE
#undef AKN_F64
#undef REAL
#undef LANES
