// The C interface of OpenBLAS, called directly as a peer; pkg-config names the folder of its headers.
#include <cblas.h>
