// The public functions of one precision, which forward to FORCE_FIELD, the table in use. Included twice by dispatch.c.

void LANE_TYPED(lane_harmonic_bonds)(
    const LANE_TYPED(lane_bonds) *bonds, const LANE_SCALAR *x, LANE_SCALAR *forces, double *energy) {
  FORCE_FIELD.harmonic_bonds(bonds, x, forces, energy);
}

void LANE_TYPED(lane_harmonic_angles)(
    const LANE_TYPED(lane_angles) *angles, const LANE_SCALAR *x, LANE_SCALAR *forces, double *energy) {
  FORCE_FIELD.harmonic_angles(angles, x, forces, energy);
}

void LANE_TYPED(lane_periodic_torsions)(
    const LANE_TYPED(lane_torsions) *torsions, const LANE_SCALAR *x, LANE_SCALAR *forces, double *energy) {
  FORCE_FIELD.periodic_torsions(torsions, x, forces, energy);
}

void LANE_TYPED(lane_nonbonded_pairs)(
    const LANE_TYPED(lane_pairs) *pairs, const LANE_SCALAR *x, LANE_SCALAR *forces, double *lennard_jones,
    double *coulomb) {
  FORCE_FIELD.nonbonded_pairs(pairs, x, forces, lennard_jones, coulomb);
}

int64_t LANE_TYPED(lane_born_scratch)(int32_t atom_count) { return FORCE_FIELD.born_scratch(atom_count); }

void LANE_TYPED(lane_generalized_born)(
    const LANE_TYPED(lane_born) *born, const LANE_SCALAR *x, LANE_SCALAR *forces, double *polar, double *surface,
    LANE_SCALAR *scratch) {
  FORCE_FIELD.generalized_born(born, x, forces, polar, surface, scratch);
}

void LANE_TYPED(lane_placement_pairs)(
    const LANE_TYPED(lane_placement) *pairs, const LANE_SCALAR *positions, int64_t count, const LANE_SCALAR *x,
    const LANE_SCALAR *y, const LANE_SCALAR *z, LANE_SCALAR *contact, LANE_SCALAR *electrostatic) {
  FORCE_FIELD.placement_pairs(pairs, positions, count, x, y, z, contact, electrostatic);
}

void LANE_TYPED(lane_turned_pairs)(
    const LANE_TYPED(lane_placement) *pairs, const LANE_SCALAR *positions, const LANE_TYPED(lane_turning) *turning,
    int64_t count, const LANE_SCALAR *cosines, const LANE_SCALAR *sines, LANE_SCALAR *contact,
    LANE_SCALAR *electrostatic) {
  FORCE_FIELD.turned_pairs(pairs, positions, turning, count, cosines, sines, contact, electrostatic);
}

void LANE_TYPED(lane_turned_arms)(
    const LANE_TYPED(lane_arms) *arms, const LANE_SCALAR *positions, const LANE_TYPED(lane_turning) *turning,
    int64_t count, const LANE_SCALAR *cosines, const LANE_SCALAR *sines, LANE_SCALAR *shares) {
  FORCE_FIELD.turned_arms(arms, positions, turning, count, cosines, sines, shares);
}

void LANE_TYPED(lane_turned_shells)(
    const LANE_TYPED(lane_shells) *shells, const LANE_SCALAR *positions, const LANE_TYPED(lane_turning) *turning,
    int64_t count, const LANE_SCALAR *cosines, const LANE_SCALAR *sines, LANE_SCALAR *sums) {
  FORCE_FIELD.turned_shells(shells, positions, turning, count, cosines, sines, sums);
}

void LANE_TYPED(lane_scatter)(
    int64_t dimension, const LANE_SCALAR *lanes, int64_t first, int64_t count, double *x) {
  FORCE_FIELD.scatter(dimension, lanes, first, count, x);
}

void LANE_TYPED(lane_array_exp)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *result) {
  FORCE_FIELD.array_exp(count, x, result);
}

void LANE_TYPED(lane_array_log)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *result) {
  FORCE_FIELD.array_log(count, x, result);
}

void LANE_TYPED(lane_array_inverse_sqrt)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *result) {
  FORCE_FIELD.array_inverse_sqrt(count, x, result);
}

void LANE_TYPED(lane_array_sincos)(int64_t count, const LANE_SCALAR *x, LANE_SCALAR *sine, LANE_SCALAR *cosine) {
  FORCE_FIELD.array_sincos(count, x, sine, cosine);
}

void LANE_TYPED(lane_array_atan2)(int64_t count, const LANE_SCALAR *y, const LANE_SCALAR *x, LANE_SCALAR *result) {
  FORCE_FIELD.array_atan2(count, y, x, result);
}
