// Fused numerical kernels for processors: the best instruction set is chosen at run time.
// No kernel allocates, keeps state or decides policy; sizes are size_t, matrices are row-major.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "akn_isa.h"

#endif
