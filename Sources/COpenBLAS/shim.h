// OpenBLAS carries CBLAS in its header; LAPACK it exports as Fortran symbols, declared here as they are needed.
#include <cblas.h>

// LU factorisation of a general matrix, column major (LAPACK Users' Guide, Anderson et al. 1999).
void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);

// Solution of A X = B for a positive definite A by its Cholesky factor; factor and solution overwrite A and B.
void dposv_(
    const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, double *b, const int *ldb, int *info);

// Eigenvalues (ascending) and eigenvectors (columns, over A) of a symmetric matrix by divide and conquer.
void dsyevd_(
    const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
    const int *lwork, int *iwork, const int *liwork, int *info);
