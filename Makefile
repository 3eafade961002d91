# make run    build and draw the ensemble of the default system
# make test   build and run the tests
# make lint   check the format of the Swift sources
# make crosscheck, make bench    against OpenMM and other peers, in a Python environment of their own (.venv)

SYSTEM ?= alanine-dipeptide
ARGUMENTS ?=
MOLSAMPLE = .build/release/molsample

.PHONY: run test build dependencies lint crosscheck bench clean

run: build
	$(MOLSAMPLE) run $(SYSTEM) $(ARGUMENTS)

build: dependencies
	swift build -c release --product molsample

test: dependencies
	swift test -c release

dependencies:
	@scripts/install_dependencies.sh

lint:
	swift format lint --strict --recursive --parallel Sources Tests Package.swift

.venv/ready: crosscheck/requirements.txt crosscheck/setup_environment.sh
	scripts/install_dependencies.sh crosscheck
	crosscheck/setup_environment.sh
	touch $@

crosscheck: build .venv/ready
	.venv/bin/python crosscheck/energies.py --molsample $(MOLSAMPLE)
	crosscheck/trajectories.sh

bench: build .venv/ready
	.venv/bin/python Benchmarks/energy_vs_openmm.py --molsample $(MOLSAMPLE)

clean:
	rm -rf .build .venv
