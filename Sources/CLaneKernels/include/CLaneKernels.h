// The hot loops of the energies and of internal coordinates, written once over short vectors of doubles and compiled
// for the baseline processor and, on x86-64, for AVX2 with FMA; the variant is chosen when the program runs.
//
// All functions work on one block of LANE_BLOCK samples: value v of lane l stands at [v * LANE_BLOCK + l]. Positions
// are [atom][3], nm; energies kJ/mol; forces kJ/mol/nm. `forces` may be NULL. An impossible geometry adds +infinity to
// the energy of its lane.
#ifndef C_LANE_KERNELS_H
#define C_LANE_KERNELS_H

#include <stdint.h>

#define LANE_BLOCK 8

typedef enum { lane_portable = 0, lane_avx2 = 1 } lane_instruction_set;

// The best variant this processor runs, and the one in use.
lane_instruction_set lane_best_instruction_set(void);
lane_instruction_set lane_current_instruction_set(void);
// For the whole program; returns 0 and changes nothing if this processor does not run it. Not to be called while kernels
// run.
int lane_use_instruction_set(lane_instruction_set set);
// For kernels called on this thread only, until it is forgotten.
int lane_use_instruction_set_here(lane_instruction_set set);
void lane_forget_instruction_set_here(void);

// U = ½ k (r − r₀)²
typedef struct {
  int32_t count;
  const int32_t *atoms;           // [count][2]
  const double *length, *constant;
} lane_bonds;
void lane_harmonic_bonds(const lane_bonds *bonds, const double *x, double *forces, double *energy);

// U = ½ k (θ − θ₀)²
typedef struct {
  int32_t count;
  const int32_t *atoms;           // [count][3], vertex in the middle
  const double *angle, *constant;
} lane_angles;
void lane_harmonic_angles(const lane_angles *angles, const double *x, double *forces, double *energy);

// U = c₀ + Σₙ (aₙ cos nφ + bₙ sin nφ), n = 1 … periodicity
typedef struct {
  int32_t count;
  const int32_t *atoms;           // [count][4]
  const int32_t *periodicity;     // [count], largest n
  const int32_t *start;           // [count], offset of the first (a₁, b₁) in `series`
  const double *constant;         // [count], c₀
  const double *series;           // a₁ b₁ a₂ b₂ …
} lane_torsions;
void lane_periodic_torsions(const lane_torsions *torsions, const double *x, double *forces, double *energy);

// U_LJ = a/r¹² − b/r⁶; U_C = q (1/r + k_rf r² − c_rf); where cutoff2 > 0 both vanish for r² > cutoff2.
typedef struct {
  int32_t count;
  const int32_t *atoms;           // [count][2], sorted by the first atom
  const double *a, *b, *q;
  double cutoff2, k_rf, c_rf;
} lane_pairs;
void lane_nonbonded_pairs(
    const lane_pairs *pairs, const double *x, double *forces, double *lennard_jones, double *coulomb);

// Generalized Born by pairwise descreening; symbols as in GeneralizedBorn.swift.
typedef struct {
  int32_t atom_count;
  const double *charge, *offset_radius, *scaled_radius, *alpha, *beta, *gamma;
  double radius_offset, coulomb_constant, solute_dielectric, solvent_dielectric, kappa;
  double cutoff;                  // 0 without
  int32_t counts_engulfed_atoms;
  const double *neck_distance, *neck_depth;  // [atom i][atom j] or NULL; depth includes the neck scale
  double neck_cut;
  double surface_tension, probe_radius;      // tension 0 without
} lane_born;
// Doubles of scratch memory.
int64_t lane_born_scratch(int32_t atom_count);
void lane_generalized_born(
    const lane_born *born, const double *x, double *forces, double *polar, double *surface, double *scratch);

// Z-matrix: row r places atom[r] from three earlier placed atoms; see InternalCoordinates.swift.
typedef struct {
  int32_t count;                  // rows
  const int32_t *atoms;           // [count][4]: atom, bonded to, angle with, torsion with
} lane_zmatrix;
// Internal coordinates [row][3] = bond, angle, torsion, and ln |∂x/∂q| = Σ ln(b² sin θ) of the rows.
void lane_cartesian_to_internal(const lane_zmatrix *z, const double *x, double *q, double *log_det);
// Places the rows' atoms in x, where the atoms they refer to already stand; same log_det.
void lane_internal_to_cartesian(const lane_zmatrix *z, const double *q, double *x, double *log_det);

// Array forms of the elementary functions, count a multiple of LANE_BLOCK; for tests and for callers outside a kernel.
void lane_array_exp(int64_t count, const double *x, double *result);
void lane_array_log(int64_t count, const double *x, double *result);
void lane_array_sincos(int64_t count, const double *x, double *sine, double *cosine);
void lane_array_atan2(int64_t count, const double *y, const double *x, double *result);

#endif
