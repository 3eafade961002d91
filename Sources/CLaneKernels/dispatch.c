// Chooses a variant when the library is loaded and forwards every call to it.
#include "variants.h"

static const lane_kernels *chosen = &kernels_portable;
static lane_instruction_set current = lane_portable;
// Set while one thread tries another variant; see lane_use_instruction_set_here.
static _Thread_local const lane_kernels *chosen_here = 0;

static const lane_kernels *table_of(lane_instruction_set set) {
#if defined(__x86_64__)
  if (set == lane_avx2) return &kernels_avx2;
#endif
  return &kernels_portable;
}

static inline const lane_kernels *kernels(void) { return chosen_here ? chosen_here : chosen; }

lane_instruction_set lane_best_instruction_set(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return lane_avx2;
#endif
  return lane_portable;
}

lane_instruction_set lane_current_instruction_set(void) { return current; }

int lane_use_instruction_set(lane_instruction_set set) {
  if (set > lane_best_instruction_set()) return 0;
  chosen = table_of(set);
  current = set;
  return 1;
}

int lane_use_instruction_set_here(lane_instruction_set set) {
  if (set > lane_best_instruction_set()) return 0;
  chosen_here = table_of(set);
  return 1;
}

void lane_forget_instruction_set_here(void) { chosen_here = 0; }

__attribute__((constructor)) static void choose_best(void) { lane_use_instruction_set(lane_best_instruction_set()); }

void lane_harmonic_bonds(const lane_bonds *bonds, const double *x, double *forces, double *energy) {
  kernels()->harmonic_bonds(bonds, x, forces, energy);
}

void lane_harmonic_angles(const lane_angles *angles, const double *x, double *forces, double *energy) {
  kernels()->harmonic_angles(angles, x, forces, energy);
}

void lane_periodic_torsions(const lane_torsions *torsions, const double *x, double *forces, double *energy) {
  kernels()->periodic_torsions(torsions, x, forces, energy);
}

void lane_nonbonded_pairs(
    const lane_pairs *pairs, const double *x, double *forces, double *lennard_jones, double *coulomb) {
  kernels()->nonbonded_pairs(pairs, x, forces, lennard_jones, coulomb);
}

int64_t lane_born_scratch(int32_t atom_count) { return kernels()->born_scratch(atom_count); }

void lane_generalized_born(
    const lane_born *born, const double *x, double *forces, double *polar, double *surface, double *scratch) {
  kernels()->generalized_born(born, x, forces, polar, surface, scratch);
}

void lane_cartesian_to_internal(const lane_zmatrix *z, const double *x, double *q, double *log_det) {
  kernels()->cartesian_to_internal(z, x, q, log_det);
}

void lane_internal_to_cartesian(const lane_zmatrix *z, const double *q, double *x, double *log_det) {
  kernels()->internal_to_cartesian(z, q, x, log_det);
}

void lane_array_exp(int64_t count, const double *x, double *result) { kernels()->array_exp(count, x, result); }

void lane_array_log(int64_t count, const double *x, double *result) { kernels()->array_log(count, x, result); }

void lane_array_sincos(int64_t count, const double *x, double *sine, double *cosine) {
  kernels()->array_sincos(count, x, sine, cosine);
}

void lane_array_atan2(int64_t count, const double *y, const double *x, double *result) {
  kernels()->array_atan2(count, y, x, result);
}
