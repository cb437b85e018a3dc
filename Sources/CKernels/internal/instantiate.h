// Compiles one kernel file for every element type and instruction set.
//
// A kernel file (`templates/norm.inc`) is written once over these macros and included through this header:
//
//   #define AKN_TEMPLATE "templates/norm.inc"
//   #include "internal/instantiate.h"
//
//   REAL          float or double
//   VEC           a vector of LANES elements; VECU the same at any address (loads and stores)
//   LANES         elements in a vector
//   IVEC          a vector of LANES signed integers as wide as REAL
//   AKN_F64       1 when REAL is double, else 0
//   AKN_LEVEL     0 baseline, 1 AVX2 with FMA, 2 AVX-512
//   FN(name)      name_f32_avx2 and so on: give every function in the file, static or not, this name
//
// AKN_DISPATCH then defines the function that picks one of the three at run time.
// No include guard: it is meant to be included once per template.

#define AKN_JOIN_(a, b, c) a##_##b##_##c
#define AKN_JOIN(a, b, c) AKN_JOIN_(a, b, c)
#define FN(name) AKN_JOIN(name, AKN_TYPE, AKN_SET)
#define VEC FN(akn_vec)
#define VECU FN(akn_vecu)
#define IVEC FN(akn_ivec)

#define AKN_SET baseline
#define AKN_LEVEL 0
#define AKN_BYTES 16
#include "types.h"
#undef AKN_SET
#undef AKN_LEVEL
#undef AKN_BYTES

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define AKN_SET avx2
#define AKN_LEVEL 1
#define AKN_BYTES 32
#include "types.h"
#undef AKN_SET
#undef AKN_LEVEL
#undef AKN_BYTES
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#define AKN_SET avx512
#define AKN_LEVEL 2
#define AKN_BYTES 64
#include "types.h"
#undef AKN_SET
#undef AKN_LEVEL
#undef AKN_BYTES
#pragma clang attribute pop
#endif

#undef AKN_TEMPLATE
