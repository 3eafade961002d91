// Lennard-Jones and screened Coulomb energies of one atom with others at many candidate places. Included once per variant.
//
// Lanes are places: the sums over pairs stay in registers.

LANE_KERNEL void LANE_VARIANT(placement_pairs)(
    const LANE_TYPED(lane_placement) *pairs, const LANE_SCALAR *positions, int64_t count, const LANE_SCALAR *x,
    const LANE_SCALAR *y, const LANE_SCALAR *z, LANE_SCALAR *contact, LANE_SCALAR *electrostatic) {
  const lane_real nearest = lane_broadcast(pairs->nearest_squared);
  for (int64_t k = 0; k < count; k += LANE_WIDTH) {
    lane_real px = lane_load(x + k), py = lane_load(y + k), pz = lane_load(z + k);
    lane_real u_contact = lane_load(contact + k), u_electrostatic = lane_load(electrostatic + k);
    for (int32_t p = 0; p < pairs->count; p++) {
      const LANE_SCALAR *other = positions + pairs->position_stride * pairs->others[p];
      const LANE_SCALAR *parameters = pairs->parameters + 5 * p;
      lane_real dx = px - other[0], dy = py - other[1], dz = pz - other[2];
      lane_real r2 = dx * dx + dy * dy + dz * dz;
      r2 = lane_select(r2 < nearest, nearest, r2);
      lane_real inverse = lane_inverse_sqrt(r2);
      lane_real inverse2 = inverse * inverse, inverse6 = inverse2 * inverse2 * inverse2;
      u_contact += (parameters[0] * inverse6 - parameters[1]) * inverse6;
      u_electrostatic += parameters[2] * inverse;
      if (parameters[3] != 0) {
        LANE_SCALAR radii = parameters[4];
        lane_real f2 = r2 + radii * lane_exp(r2 * (REAL(-0.25) / radii));
        u_electrostatic -= parameters[3] * lane_inverse_sqrt(f2);
      }
    }
    lane_store(contact + k, u_contact);
    lane_store(electrostatic + k, u_electrostatic);
  }
}
