# make install    the command, completions and manual pages into PREFIX (~/.local)
# make run    build and draw the ensemble of the default system
# make test   build and run the tests (ARGUMENTS="--filter NAME": some of them)
# make lint   check the format of the Swift sources
# make crosscheck, make bench    against OpenMM and other peers, in a Python environment of their own (.venv)
# make bench-flows               against PyTorch, in another environment (.venv-torch, a few GB)
# make crosscheck-slow          verdicts over many seeds, torsions against published figures (an hour)
# make survive                   kills simulations at random moments and compares what --resume makes of them
# make references                the reference ensembles of trajectories/ anew (an hour and more)
# make test-slow                 the statistical tests that take minutes

SYSTEM ?= alanine-dipeptide
ARGUMENTS ?=
MOLSAMPLE = .build/release/molsample
# Tests reach what modules keep to themselves. With this for the command too, one build serves both; its speed is the same.
SWIFT_FLAGS = -c release -Xswiftc -enable-testing

PREFIX ?= $(HOME)/.local

.PHONY: install run test tests test-slow survive crosscheck-slow references build dependencies lint crosscheck bench bench-flows clean

run: build
	$(MOLSAMPLE) run $(SYSTEM) $(ARGUMENTS)

build: dependencies
	swift build $(SWIFT_FLAGS) --product molsample

# The command, its systems, completions for bash and zsh, and the manual.
install: build
	install -d $(PREFIX)/bin $(PREFIX)/lib/molsample/trajectories $(PREFIX)/share/bash-completion/completions \
	  $(PREFIX)/share/zsh/site-functions $(PREFIX)/share/man/man1
	install $(MOLSAMPLE) $(PREFIX)/lib/molsample/
	cp -r .build/release/*.resources systems $(PREFIX)/lib/molsample/
	cp trajectories/*.nc trajectories/*.json $(PREFIX)/lib/molsample/trajectories/
	ln -sf ../lib/molsample/molsample $(PREFIX)/bin/molsample
	$(MOLSAMPLE) --generate-completion-script bash > $(PREFIX)/share/bash-completion/completions/molsample
	$(MOLSAMPLE) --generate-completion-script zsh > $(PREFIX)/share/zsh/site-functions/_molsample
	swift package plugin --allow-writing-to-package-directory generate-manual --multi-page
	cp .build/plugins/GenerateManual/outputs/molsample/*.1 $(PREFIX)/share/man/man1/

tests: dependencies
	swift build $(SWIFT_FLAGS) --build-tests

test: tests
	swift test $(SWIFT_FLAGS) --skip-build $(ARGUMENTS)

test-slow: tests
	MOLFLOW_SLOW_TESTS=1 swift test $(SWIFT_FLAGS) --skip-build $(ARGUMENTS)

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

crosscheck-slow: build .venv/ready
	.venv/bin/python crosscheck/torsion_divergence.py --molsample $(MOLSAMPLE)
	.venv/bin/python crosscheck/verdicts.py --molsample $(MOLSAMPLE)

survive: build .venv/ready
	.venv/bin/python crosscheck/kill_and_resume.py --molsample $(MOLSAMPLE)

bench: build .venv/ready
	.venv/bin/python Benchmarks/energy_vs_openmm.py --molsample $(MOLSAMPLE)
	.venv/bin/python Benchmarks/dynamics_vs_openmm.py --molsample $(MOLSAMPLE)
	.venv/bin/python Benchmarks/mbar_vs_pymbar.py --molsample $(MOLSAMPLE)

.venv-torch/ready: Benchmarks/requirements.txt crosscheck/setup_environment.sh
	scripts/install_dependencies.sh crosscheck
	crosscheck/setup_environment.sh .venv-torch Benchmarks/requirements.txt
	touch $@

bench-flows: build .venv-torch/ready
	.venv-torch/bin/python Benchmarks/couplings_vs_nflows.py --molsample $(MOLSAMPLE)
	.venv-torch/bin/python Benchmarks/continuous_flow_vs_torch.py --molsample $(MOLSAMPLE)

references: build
	scripts/reference_ensembles/make.sh

clean:
	rm -rf .build .venv .venv-torch
