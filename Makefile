# The commands of the project: `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test check document install bench complexity mutants site clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 20

demo: ## install what is missing and the package, render a trial report, say where it is
	@tools/install-dependencies demo
	@tools/install-package
	@Rscript tools/demo.R

test: ## install what is missing, check layers and generated files, run the engine's and R's tests
	@tools/install-dependencies test
	@Rscript tools/run-tests.R

check: ## all that a change must pass: formatters, linters, warnings, tests, R CMD check (SANITIZE=1 adds sanitizers)
	@tools/install-dependencies test
	@tools/install-dependencies check
	@tools/check

document: ## regenerate RcppExports, NAMESPACE and man/
	@tools/check-documentation --write

install: ## install the package into the first library that can be written
	@tools/install-package

bench: ## time whole calls beside the peers on the same data (TOPIC=km for one topic)
	@tools/install-dependencies demo
	@tools/install-package
	@Rscript bench/run.R $(TOPIC)

complexity: ## count instructions of the kernels at n and 10 n; more than 12 times fails
	@tools/install-dependencies check
	@tools/complexity

mutants: ## apply each edit of tools/mutants.txt in a copy; every one must be noticed (ONLY=text for some)
	@tools/install-dependencies test
	@tools/mutants $(ONLY)

site: ## build the web site into docs/
	@Rscript -e 'pkgdown::build_site(preview = FALSE, install = FALSE)'

clean: ## remove everything that was built
	@rm -rf build docs src/*.o src/*.so src/*.dll tte.Rcheck tte_*.tar.gz
