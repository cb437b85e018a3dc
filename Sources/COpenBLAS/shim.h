// The C interface of OpenBLAS; pkg-config names the folder of its headers.
#include <cblas.h>
