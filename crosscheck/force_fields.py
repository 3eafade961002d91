"""Force fields and solvents by the names that `molsample` uses, as OpenMM builds them."""

from dataclasses import dataclass

from openmm import app, unit

FORCE_FIELD_FILES = {
    "amber96": "amber96.xml",
    "amber99sb-ildn": "amber99sbildn.xml",
    "amber14": "amber14/protein.ff14SB.xml",
    "ff19SB": "amber19/protein.ff19SB.xml",
}

SOLVENT_FILES = {
    "vacuum": None,
    "obc1": "implicit/obc1.xml",
    "obc2": "implicit/obc2.xml",
    "gbn2": "implicit/gbn2.xml",
    "amber99_obc": "amber99_obc.xml",
    "amber96_obc": "amber96_obc.xml",
}


@dataclass(frozen=True)
class Field:
    """A force field in a solvent. `cutoff` in nm, non-periodic; None for all pairs."""

    force_field: str
    solvent: str
    cutoff: float | None = None

    @property
    def label(self):
        return f"{self.force_field}.{self.solvent}" + (f".cutoff-{self.cutoff:g}nm" if self.cutoff else "")

    @property
    def files(self):
        solvent = SOLVENT_FILES[self.solvent]
        return [FORCE_FIELD_FILES[self.force_field]] + ([solvent] if solvent else [])

    def openmm(self):
        return app.ForceField(*self.files)

    def system(self, topology):
        """The OpenMM System: every degree of freedom free, nothing that the molecule itself does not have."""
        method = app.CutoffNonPeriodic if self.cutoff else app.NoCutoff
        return self.openmm().createSystem(
            topology, nonbondedMethod=method, nonbondedCutoff=(self.cutoff or 1.0) * unit.nanometer,
            constraints=None, rigidWater=False, removeCMMotion=False)
