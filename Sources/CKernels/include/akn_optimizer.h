// Steps of optimisers over flat ranges of parameters, which may be cut anywhere between calls.
//
// p parameters, g gradients (only read, multiplied by `scale`: the factor of clipping), and the
// optimiser's moments, all of n elements that do not overlap.
#ifndef AKN_OPTIMIZER_H
#define AKN_OPTIMIZER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AKN_OPTIMIZER_DECLARE(T, R)                                                              \
  /* AdamW as torch.optim.AdamW: with t counted from 1,                                          \
       p -= rate decay p;  m += (1 - beta1) (g - m);  v = beta2 v + (1 - beta2) g^2              \
       p -= rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon) */                  \
  void akn_adamw_##T(size_t n, R *p, const R *g, R *m, R *v, double rate, double beta1,          \
                     double beta2, double epsilon, double decay, long step, double scale);       \
  /* SGD as torch.optim.SGD without dampening; `buffer` starts at zero and may be absent if      \
     momentum is 0:                                                                              \
       g += decay p;  b = momentum b + g;  p -= rate (nesterov ? g + momentum b : b)             \
     With `decoupled` the decay is instead p -= rate decay p, before the step. */                \
  void akn_sgd_##T(size_t n, R *p, const R *g, R *buffer, double rate, double momentum,          \
                   int nesterov, double decay, int decoupled, double scale);                     \
  /* Lion:                                                                                       \
       p -= rate decay p;  p -= rate sign(beta1 m + (1 - beta1) g)                               \
       m = beta2 m + (1 - beta2) g */                                                            \
  void akn_lion_##T(size_t n, R *p, const R *g, R *m, double rate, double beta1, double beta2,   \
                    double decay, double scale);                                                 \
  /* The momentum of Muon:                                                                       \
       b = momentum b + (1 - momentum) g                                                         \
       update = nesterov ? momentum b + (1 - momentum) g : b */                                  \
  void akn_momentum_##T(size_t n, const R *g, R *buffer, R *update, double momentum,             \
                        int nesterov, double scale);                                             \
  /* p = shrink p + step u */                                                                    \
  void akn_shrink_add_##T(size_t n, R *p, double shrink, double step, const R *u);

AKN_OPTIMIZER_DECLARE(f32, float)
AKN_OPTIMIZER_DECLARE(f64, double)

#ifdef __cplusplus
}
#endif
#endif
