// The hot loops of the energies and of internal coordinates, written once over short vectors of doubles or floats and
// compiled for the baseline processor and, on x86-64, for AVX2 with FMA; the variant is chosen when the program runs.
//
// All functions work on one block of LANE_BLOCK samples, in single precision LANE_BLOCK_SINGLE: value v of lane l stands
// at [v * LANE_BLOCK + l]. Positions are [atom][3], nm; energies kJ/mol; forces kJ/mol/nm. `forces` may be NULL. An
// impossible geometry adds +infinity to the energy of its lane. Names that end in _single work with floats; energies are
// doubles in both.
#ifndef C_LANE_KERNELS_H
#define C_LANE_KERNELS_H

#include <stdint.h>

#include "network_choices.h"

#define LANE_BLOCK 8
#define LANE_BLOCK_SINGLE 16
// Of lane_turned_shells.
#define LANE_SHELLS 9
// Of lane_turned_arms: segments of the longest arm.
#define LANE_ARM_LEVELS 4
typedef struct {
  int32_t level;  // segments of the arm before this one
  int32_t first_site, end_of_sites;
  int32_t next;   // the segment after all those that hang on this one
  int32_t arms;   // that pass through here
} lane_arm_segment;

typedef enum { lane_portable = 0, lane_avx2 = 1, lane_avx512 = 2 } lane_instruction_set;

// The best variant this processor runs, and the one in use.
lane_instruction_set lane_best_instruction_set(void);
lane_instruction_set lane_current_instruction_set(void);
// For the whole program; returns 0 and changes nothing if this processor does not run it. Not to be called while kernels
// run.
int lane_use_instruction_set(lane_instruction_set set);
// For kernels called on this thread only, until it is forgotten.
int lane_use_instruction_set_here(lane_instruction_set set);
void lane_forget_instruction_set_here(void);

// From now on this thread takes numbers below the smallest normal one for zero. Returns what restores the state before.
uint64_t lane_flush_subnormals_here(void);
void lane_restore_subnormals_here(uint64_t before);

#define LANE_SCALAR double
#define LANE_TYPED(name) name
#include "force_field_kernels.h"
#include "network_kernels.h"
#undef LANE_SCALAR
#undef LANE_TYPED
#define LANE_SCALAR float
#define LANE_TYPED(name) name##_single
#include "force_field_kernels.h"
#include "network_kernels.h"
#undef LANE_SCALAR
#undef LANE_TYPED

// Samples first … of x, [count][dimension], in lane order; past the end the last sample is repeated.
void lane_gather(int64_t dimension, const double *x, int64_t first, int64_t count, double *positions);
// The same relative to one atom of each sample, whose place is stored in origin, [3][lanes]; differences are taken in
// double precision, and beyond 10⁸ nm they stay there, which keeps their products finite.
void lane_gather_single(
    int64_t dimension, const double *x, int64_t first, int64_t count, int64_t reference_atom, float *positions,
    double *origin);
// Writes lanes back to samples first … of x, as many as there are.
void lane_scatter(int64_t dimension, const double *lanes, int64_t first, int64_t count, double *x);
void lane_scatter_single(int64_t dimension, const float *lanes, int64_t first, int64_t count, double *x);

// Z-matrix: row r places atom[r] from three earlier placed atoms; see InternalCoordinates.swift.
typedef struct {
  int32_t count;                  // rows
  const int32_t *atoms;           // [count][4]: atom, bonded to, angle with, torsion with
} lane_zmatrix;
// Internal coordinates [row][3] = bond, angle, torsion, and ln |∂x/∂q| = Σ ln(b² sin θ) of the rows.
void lane_cartesian_to_internal(const lane_zmatrix *z, const double *x, double *q, double *log_det);
// Places the rows' atoms in x, where the atoms they refer to already stand; same log_det.
void lane_internal_to_cartesian(const lane_zmatrix *z, const double *q, double *x, double *log_det);

// Standard normal numbers from Philox4x32-10 blocks first_block, first_block + 1, … of a key and a stream, four from each
// block; see NormalField.swift. The same bytes with every instruction set.
void lane_normal_field(uint64_t key, uint64_t stream, uint64_t first_block, int64_t count, double *normals);

#endif
