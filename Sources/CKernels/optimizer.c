#include "akn_optimizer.h"

#include "internal/dispatch.h"

#define AKN_TEMPLATE "templates/optimizer.inc"
#include "internal/instantiate.h"

#define BOTH(name, DECLARED, passed)                     \
  AKN_DISPATCH(void, name, f32, DECLARED(float), passed) \
  AKN_DISPATCH(void, name, f64, DECLARED(double), passed)

#define D(R)                                                                              \
  (size_t n, R *p, const R *g, R *m, R *v, double rate, double beta1, double beta2,       \
   double epsilon, double decay, long step, double scale)
BOTH(akn_adamw, D, (n, p, g, m, v, rate, beta1, beta2, epsilon, decay, step, scale))
#undef D
#define D(R)                                                                              \
  (size_t n, R *p, const R *g, R *buffer, double rate, double momentum, int nesterov,     \
   double decay, int decoupled, double scale)
BOTH(akn_sgd, D, (n, p, g, buffer, rate, momentum, nesterov, decay, decoupled, scale))
#undef D
#define D(R)                                                                              \
  (size_t n, R *p, const R *g, R *m, double rate, double beta1, double beta2,             \
   double decay, double scale)
BOTH(akn_lion, D, (n, p, g, m, rate, beta1, beta2, decay, scale))
#undef D
#define D(R) \
  (size_t n, const R *g, R *buffer, R *update, double momentum, int nesterov, double scale)
BOTH(akn_momentum, D, (n, g, buffer, update, momentum, nesterov, scale))
#undef D
#define D(R) (size_t n, R *p, double shrink, double step, const R *u)
BOTH(akn_shrink_add, D, (n, p, shrink, step, u))
#undef D
