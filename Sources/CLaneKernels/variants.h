// The tables of kernels that each instruction-set variant fills, one per precision.
#ifndef LANE_VARIANTS_H
#define LANE_VARIANTS_H

#include "CLaneKernels.h"

#define LANE_SCALAR double
#define LANE_TYPED(name) name
#include "force_field_table.h"
#include "network_table.h"
#undef LANE_SCALAR
#undef LANE_TYPED
#define LANE_SCALAR float
#define LANE_TYPED(name) name##_single
#include "force_field_table.h"
#include "network_table.h"
#undef LANE_SCALAR
#undef LANE_TYPED

// What exists in one precision only.
typedef struct {
  lane_force_field force_field;
  void (*gather)(int64_t, const double *, int64_t, int64_t, double *);
  void (*cartesian_to_internal)(const lane_zmatrix *, const double *, double *, double *);
  void (*internal_to_cartesian)(const lane_zmatrix *, const double *, double *, double *);
} lane_kernels;

typedef struct {
  lane_force_field_single force_field;
  void (*gather)(int64_t, const double *, int64_t, int64_t, int64_t, float *, double *);
} lane_kernels_single;

typedef void (*lane_normal_field_kernel)(uint64_t, uint64_t, uint64_t, int64_t, double *);

extern const lane_kernels kernels_portable;
extern const lane_kernels_single kernels_portable_single;
extern const lane_network network_kernels_portable;
extern const lane_network_single network_kernels_portable_single;
extern const lane_normal_field_kernel normal_field_kernel_portable;
#if defined(__x86_64__)
extern const lane_kernels kernels_avx2;
extern const lane_kernels_single kernels_avx2_single;
extern const lane_network network_kernels_avx2;
extern const lane_network_single network_kernels_avx2_single;
extern const lane_normal_field_kernel normal_field_kernel_avx2;
extern const lane_kernels kernels_avx512;
extern const lane_kernels_single kernels_avx512_single;
extern const lane_network network_kernels_avx512;
extern const lane_network_single network_kernels_avx512_single;
#endif

#endif
