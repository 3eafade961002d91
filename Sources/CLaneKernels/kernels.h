// All kernels of one instruction-set variant. The including file defines LANE_VARIANT(name), and on x86-64 sets the
// target by a clang attribute pragma, so that no compiler flag is needed and the package stays usable as a dependency.
#include "CLaneKernels.h"
#include "variants.h"

// Two AVX2 registers for each value: the chains of dependent operations are long, and two at a time fill the pipelines
// (10–20 % faster than one). Must divide LANE_BLOCK.
#define LANE_WIDTH 8
// Vectors never cross a function that is not inlined, so their calling convention is of no concern.
#pragma clang diagnostic ignored "-Wpsabi"
typedef double lane_double __attribute__((vector_size(8 * LANE_WIDTH)));
typedef double lane_double_unaligned __attribute__((vector_size(8 * LANE_WIDTH), aligned(8)));
typedef long long lane_int __attribute__((vector_size(8 * LANE_WIDTH)));
typedef unsigned long long lane_uint __attribute__((vector_size(8 * LANE_WIDTH)));

#include "elementary_functions.h"
#include "bonded_kernels.h"
#include "nonbonded_kernels.h"
#include "born_kernels.h"
#include "internal_coordinate_kernels.h"

static void LANE_VARIANT(array_exp)(int64_t count, const double *x, double *result) {
  for (int64_t i = 0; i < count; i += LANE_WIDTH) lane_store(result + i, lane_exp(lane_load(x + i)));
}

static void LANE_VARIANT(array_log)(int64_t count, const double *x, double *result) {
  for (int64_t i = 0; i < count; i += LANE_WIDTH) lane_store(result + i, lane_log(lane_load(x + i)));
}

static void LANE_VARIANT(array_sincos)(int64_t count, const double *x, double *sine, double *cosine) {
  for (int64_t i = 0; i < count; i += LANE_WIDTH) {
    lane_double s, c;
    lane_sincos(lane_load(x + i), &s, &c);
    lane_store(sine + i, s);
    lane_store(cosine + i, c);
  }
}

static void LANE_VARIANT(array_atan2)(int64_t count, const double *y, const double *x, double *result) {
  for (int64_t i = 0; i < count; i += LANE_WIDTH) {
    lane_store(result + i, lane_atan2(lane_load(y + i), lane_load(x + i)));
  }
}

const lane_kernels LANE_VARIANT(kernels) = {
  .harmonic_bonds = LANE_VARIANT(harmonic_bonds),
  .harmonic_angles = LANE_VARIANT(harmonic_angles),
  .periodic_torsions = LANE_VARIANT(periodic_torsions),
  .nonbonded_pairs = LANE_VARIANT(nonbonded_pairs),
  .generalized_born = LANE_VARIANT(generalized_born),
  .born_scratch = LANE_VARIANT(born_scratch),
  .cartesian_to_internal = LANE_VARIANT(cartesian_to_internal),
  .internal_to_cartesian = LANE_VARIANT(internal_to_cartesian),
  .array_exp = LANE_VARIANT(array_exp),
  .array_log = LANE_VARIANT(array_log),
  .array_sincos = LANE_VARIANT(array_sincos),
  .array_atan2 = LANE_VARIANT(array_atan2),
};
