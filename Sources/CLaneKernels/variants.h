// The table of kernels that each instruction-set variant fills.
#ifndef LANE_VARIANTS_H
#define LANE_VARIANTS_H

#include "CLaneKernels.h"

typedef struct {
  void (*harmonic_bonds)(const lane_bonds *, const double *, double *, double *);
  void (*harmonic_angles)(const lane_angles *, const double *, double *, double *);
  void (*periodic_torsions)(const lane_torsions *, const double *, double *, double *);
  void (*nonbonded_pairs)(const lane_pairs *, const double *, double *, double *, double *);
  void (*generalized_born)(const lane_born *, const double *, double *, double *, double *, double *);
  int64_t (*born_scratch)(int32_t);
  void (*cartesian_to_internal)(const lane_zmatrix *, const double *, double *, double *);
  void (*internal_to_cartesian)(const lane_zmatrix *, const double *, double *, double *);
  void (*array_exp)(int64_t, const double *, double *);
  void (*array_log)(int64_t, const double *, double *);
  void (*array_sincos)(int64_t, const double *, double *, double *);
  void (*array_atan2)(int64_t, const double *, const double *, double *);
} lane_kernels;

extern const lane_kernels kernels_portable;
#if defined(__x86_64__)
extern const lane_kernels kernels_avx2;
#endif

#endif
