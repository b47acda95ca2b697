# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help demo test lab lab-shell lab-clean molecule matrix bench fuzz model docs build clean

help:  ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

demo:  ## Build the lab, then bring the Machine Debug Manager on a lab host to its declared state, twice
	@$(PYTHON) tests/tools/demo.py

test:  ## Everything that passes or fails, with a closing summary (ONLY=units,gates for stages, T=PATH for one test)
	@$(PYTHON) tests/tools/test.py $(if $(ONLY),--only $(ONLY)) $(if $(T),--test "$$T")

lab:  ## Build the lab, a Windows-like host on Linux
	@$(PYTHON) tests/lab/lab.py build

lab-shell:  ## PowerShell on a fresh lab host
	@$(PYTHON) tests/lab/lab.py shell

lab-clean:  ## Remove the lab
	@$(PYTHON) tests/lab/lab.py clean

molecule:  ## The molecule scenario of the role, on two hosts of the lab
	@$(PYTHON) tests/tools/molecule_test.py

matrix:  ## The main job on every ansible-core that this machine can have, as a table
	@$(PYTHON) tests/tools/matrix.py

bench:  ## Figures side by side with the same job by hand
	@$(PYTHON) tests/benchmark/bench.py

fuzz:  ## Hostile descriptors, hosts and event logs in number (N=100000)
	@$(PYTHON) tests/tools/fuzz.py fuzz $(or $(N),10000)

model:  ## Random lists and requests against an independent model (N=10000)
	@$(PYTHON) tests/tools/fuzz.py model $(or $(N),10000)

docs:  ## What is made from other files: the documentation of baseline, the table of features in docs/testing.md
	@$(PYTHON) tests/tools/baseline_doc.py
	@$(PYTHON) tests/tools/features.py

build:  ## The galaxy artifact, in build/
	@$(PYTHON) tests/tools/galaxy.py

clean:  ## Remove what these commands leave in the checkout
	@$(PYTHON) tests/tools/clean.py
