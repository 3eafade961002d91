// All kernels of one variant. The including file defines LANE_VARIANT(name), LANE_SINGLE for floats, and on x86-64 sets
// the target by a clang attribute pragma, so that no compiler flag is needed and the package
// stays usable as a dependency.
#include "CLaneKernels.h"
#include "variants.h"

#include "lane_vectors.h"
#ifdef LANE_SINGLE
#include "elementary_functions_single.h"
#include "descreening_single.h"
#else
#include "elementary_functions.h"
#include "descreening.h"
#endif
#include "transpose.h"
#include "transposition.h"
#include "bonded_kernels.h"
#include "nonbonded_kernels.h"
#include "born_kernels.h"
#include "placement_kernels.h"
#ifndef LANE_SINGLE
#include "internal_coordinate_kernels.h"
#endif

LANE_KERNEL void LANE_VARIANT(array_exp)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *result) {
  for (int64_t i = 0; i < count; i += LANE_WIDTH) lane_store(result + i, lane_exp(lane_load(x + i)));
}

LANE_KERNEL void LANE_VARIANT(array_log)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *result) {
  for (int64_t i = 0; i < count; i += LANE_WIDTH) lane_store(result + i, lane_log(lane_load(x + i)));
}

LANE_KERNEL void LANE_VARIANT(array_inverse_sqrt)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *result) {
  for (int64_t i = 0; i < count; i += LANE_WIDTH) lane_store(result + i, lane_inverse_sqrt(lane_load(x + i)));
}

LANE_KERNEL void LANE_VARIANT(array_sincos)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *sine, LANE_SCALAR *cosine) {
  for (int64_t i = 0; i < count; i += LANE_WIDTH) {
    lane_real s, c;
    lane_sincos(lane_load(x + i), &s, &c);
    lane_store(sine + i, s);
    lane_store(cosine + i, c);
  }
}

LANE_KERNEL void LANE_VARIANT(array_atan2)(
    int64_t count, const LANE_SCALAR *y, const LANE_SCALAR *x, LANE_SCALAR *result) {
  for (int64_t i = 0; i < count; i += LANE_WIDTH) {
    lane_store(result + i, lane_atan2(lane_load(y + i), lane_load(x + i)));
  }
}

const LANE_TYPED(lane_kernels) LANE_VARIANT(kernels) = {
  .force_field = {
    .harmonic_bonds = LANE_VARIANT(harmonic_bonds),
    .harmonic_angles = LANE_VARIANT(harmonic_angles),
    .periodic_torsions = LANE_VARIANT(periodic_torsions),
    .nonbonded_pairs = LANE_VARIANT(nonbonded_pairs),
    .generalized_born = LANE_VARIANT(generalized_born),
    .born_scratch = LANE_VARIANT(born_scratch),
    .placement_pairs = LANE_VARIANT(placement_pairs),
    .turned_pairs = LANE_VARIANT(turned_pairs),
    .turned_arms = LANE_VARIANT(turned_arms),
    .turned_shells = LANE_VARIANT(turned_shells),
    .scatter = LANE_VARIANT(scatter),
    .array_exp = LANE_VARIANT(array_exp),
    .array_log = LANE_VARIANT(array_log),
    .array_inverse_sqrt = LANE_VARIANT(array_inverse_sqrt),
    .array_sincos = LANE_VARIANT(array_sincos),
    .array_atan2 = LANE_VARIANT(array_atan2),
  },
  .gather = LANE_VARIANT(gather),
#ifndef LANE_SINGLE
  .cartesian_to_internal = LANE_VARIANT(cartesian_to_internal),
  .internal_to_cartesian = LANE_VARIANT(internal_to_cartesian),
#endif
};
