// Fused numerical kernels for processors: the best instruction set is chosen at run time.
// No kernel allocates, keeps state or decides policy; sizes are size_t, matrices are row-major.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "akn_attention.h"
#include "akn_gather.h"
#include "akn_gemm.h"
#include "akn_isa.h"
#include "akn_norm.h"
#include "akn_optimizer.h"
#include "akn_pointwise.h"
#include "akn_recurrence.h"
#include "akn_rotary.h"
#include "akn_softmax.h"

#endif
