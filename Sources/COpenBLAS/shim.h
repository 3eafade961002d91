// OpenBLAS carries CBLAS in its header; LAPACK it exports as Fortran symbols, declared here as they are needed.
#include <cblas.h>

// LU factorisation of a general matrix, column major (LAPACK Users' Guide, Anderson et al. 1999).
void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);
