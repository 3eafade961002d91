// OpenBLAS carries CBLAS in its header; LAPACK it exports as Fortran symbols, declared here as they are needed.
#include <cblas.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// LU factorisation of a general matrix, column major (LAPACK Users' Guide, Anderson et al. 1999).
void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);

// Solution of A X = B for a positive definite A by its Cholesky factor; factor and solution overwrite A and B.
void dposv_(
    const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, double *b, const int *ldb, int *info);

// Eigenvalues (ascending) and eigenvectors (columns, over A) of a symmetric matrix by divide and conquer.
void dsyevd_(
    const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
    const int *lwork, int *iwork, const int *liwork, int *info);

// OpenBLAS for callers that do their own work on many threads, to be called once before anything else of it: one thread, and
// kernels that use what the processor has.
//
// A version older than the processor takes it for one of 2004 and computes with a sixth of its speed (seen: 0.3.21 on Intel
// Emerald Rapids). Then its choice is made anew, as the environment variable OPENBLAS_CORETYPE would at the program's start.
static inline void openblas_prepare_for_shards(void) {
#if defined(__x86_64__)
  static const char *const without_avx2[] = {
      "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Core2", "Penryn", "Dunnington", "Nehalem", "Atom",
      "Sandybridge", "Generic"};
  const char *found = openblas_get_corename();
  int is_outdated = 0;
  for (unsigned i = 0; i < sizeof without_avx2 / sizeof *without_avx2; i++)
    is_outdated |= strcasecmp(found, without_avx2[i]) == 0;
  const int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const int has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
      && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (is_outdated && has_avx2 && !getenv("OPENBLAS_CORETYPE")) {
    // Only builds for many processors have these.
    void (*forget)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "gotoblas_dynamic_quit");
    void (*choose)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "gotoblas_dynamic_init");
    if (forget && choose) {
      setenv("OPENBLAS_CORETYPE", has_avx512 ? "SkylakeX" : "Haswell", 0);
      forget();
      choose();
      unsetenv("OPENBLAS_CORETYPE");
    }
  }
#endif
  openblas_set_num_threads(1);
}
