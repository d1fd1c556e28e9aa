# `make test`: the layer check, the stale-documentation check, the engine's tests and R's, with and without
# the suggested packages. The last line says "N passed, N failed": engine test cases and testthat
# expectations, and one failure for each check that fails. Everything is built in build/; the sources stay as
# they are.
#   Rscript tools/run-tests.R [checks] [engine] [with] [without]      all four when none is named

build <- "build"
library_dir <- file.path(build, "library")
started <- Sys.time()

say <- function(...) {
  seconds <- as.numeric(difftime(Sys.time(), started, units = "secs"))
  cat(sprintf("[%3.0fs] ", seconds), ..., "\n", sep = "")
}

tally <- function(passed = 0, failed = 0, skipped = 0) c(passed = passed, failed = failed, skipped = skipped)

run <- function(command, arguments, log, env = character()) {
  system2(command, arguments, stdout = log, stderr = log, env = env)
}

show_log <- function(log, lines = 60) {
  if (file.exists(log)) cat(utils::tail(readLines(log, warn = FALSE), lines), sep = "\n")
}

# a check passes or is one failure; its output is shown when it fails
check <- function(name, command, arguments = character()) {
  log <- file.path(build, paste0(name, ".log"))
  status <- run(command, arguments, log)
  say(name, ": ", if (status == 0) "ok" else "FAILED")
  if (status != 0) show_log(log)
  tally(failed = as.integer(status != 0))
}

checks <- function() {
  check("layers", "tools/check-layers") + check("documentation", "tools/check-documentation")
}

# counts of test cases in the part of ctest's log that belongs to one test program
engine_tally <- function(lines) {
  good <- regmatches(lines, regexec("All tests passed .*in ([0-9]+) test case", lines))
  mixed <- grep("test cases: ", lines, value = TRUE)
  number <- function(word) {
    found <- regmatches(mixed, regexec(paste0("([0-9]+) ", word), mixed))
    sum(as.numeric(vapply(found, function(x) if (length(x)) x[[2]] else "0", "")))
  }
  all_good <- sum(as.numeric(vapply(good, function(x) if (length(x)) x[[2]] else "0", "")))
  tally(all_good + number("passed"), number("failed"))
}

engine <- function() {
  log <- file.path(build, "engine.log")
  dir <- file.path(build, "engine")
  # a warning is a failure on every machine: what only CI refuses is seen too late
  configured <- run("cmake", c("-S", "tests/engine", "-B", dir, "-DTTE_WERROR=ON"), log) == 0
  # a program that does not compile is a failure of its own below; the others are still run
  built <- configured && run("cmake", c("--build", dir, "--parallel", "2", "--", "-k"), log) == 0
  say("engine: ", if (built) "built" else "DOES NOT BUILD")
  if (!built) cat(utils::head(grep("error:", readLines(log, warn = FALSE), value = TRUE), 20), sep = "\n")
  if (!configured) {
    return(tally(failed = 1))
  }
  verbose <- file.path(build, "engine-tests.log")
  status <- run("ctest", c("--test-dir", dir, "--parallel", "2", "--verbose"), verbose)
  lines <- readLines(verbose, warn = FALSE)
  verdicts <- grep("^ *[0-9]+/[0-9]+ Test +#", lines, value = TRUE)
  result <- tally()
  for (verdict in verdicts) {
    id <- sub(".*Test +#([0-9]+):.*", "\\1", verdict)
    counts <- engine_tally(grep(paste0("^", id, ": "), lines, value = TRUE))
    passed <- grepl(" Passed ", verdict)
    # a program that died, timed out or ran nothing has no failed test case of its own to show
    if (passed && counts[["passed"]] == 0 || !passed && counts[["failed"]] == 0) counts[["failed"]] <- 1
    if (counts[["failed"]] > 0) {
      cat(trimws(verdict), "\n")
      cat(utils::head(grep(paste0("^", id, ": "), lines, value = TRUE), 60), sep = "\n")
    }
    result <- result + counts
  }
  unexplained <- status != 0 && result[["failed"]] == 0 || !length(verdicts)
  result[["failed"]] <- result[["failed"]] + unexplained
  say("engine: ", result[["passed"]], " test cases passed, ", result[["failed"]], " failed")
  result
}

install <- function() {
  dir.create(library_dir, recursive = TRUE, showWarnings = FALSE)
  ok <- run("tools/install-package", library_dir, file.path(build, "install-package.log")) == 0
  say("package: ", if (ok) "built and installed" else "DOES NOT BUILD")
  if (!ok) show_log(file.path(build, "install-package.log"))
  ok
}

# `packages` and everything that they import, as installed here
with_imports <- function(packages) {
  installed <- utils::installed.packages(noCache = TRUE)
  needed <- tools::package_dependencies(packages, db = installed, recursive = TRUE)
  setdiff(unique(c(packages, unlist(needed))), rownames(utils::installed.packages(priority = "base")))
}

# a library that holds links to what the package imports and to testthat, and nothing else
bare_library <- function() {
  bare <- file.path(normalizePath(build), "library-without")
  unlink(bare, recursive = TRUE)
  dir.create(bare)
  own <- read.dcf("DESCRIPTION", fields = c("Imports", "LinkingTo"))
  named <- trimws(sub("[(].*", "", unlist(strsplit(own, ","))))
  for (name in with_imports(c(named, "testthat"))) {
    file.symlink(find.package(name), file.path(bare, name))
  }
  file.symlink(normalizePath(file.path(library_dir, "tte")), file.path(bare, "tte"))
  bare
}

# Starts testthat on a copy of the tests, in a process of its own; the result is a file that `collect()`
# reads.
start_testthat <- function(kind) {
  home <- file.path(normalizePath(build), paste0("testthat-", kind))
  unlink(home, recursive = TRUE)
  dir.create(home)
  file.copy("tests/testthat", home, recursive = TRUE)
  env <- c(
    "NOT_CRAN=true", "TZ=UTC", "LANGUAGE=en", "_R_CHECK_LIMIT_CORES_=false",
    if (kind == "with") paste0("R_LIBS=", paste(c(normalizePath(library_dir), .libPaths()), collapse = ":")),
    if (kind == "without") {
      bare <- bare_library()
      # the site's own file of variables could bring other libraries back
      c(
        paste0(c("R_LIBS=", "R_LIBS_SITE=", "R_LIBS_USER="), bare),
        "R_ENVIRON=/dev/null", "R_ENVIRON_USER=/dev/null"
      )
    }
  )
  script <- file.path(home, "run.R")
  writeLines(c(
    if (kind == "without") "stopifnot(!requireNamespace(\"ggplot2\", quietly = TRUE))",
    "library(testthat)",
    "result <- test_dir(",
    "  \"testthat\",",
    "  package = \"tte\", load_package = \"installed\", stop_on_failure = FALSE, reporter = CheckReporter$new()",
    ")",
    "saveRDS(lapply(unclass(result), function(test) {",
    "  kinds <- vapply(test$results, function(r) sub(\"expectation_\", \"\", class(r)[[1]]), \"\")",
    "  list(file = test$file, test = test$test, kinds = kinds, seconds = test$real,",
    "    messages = vapply(test$results, function(r) conditionMessage(r), \"\"))",
    "}), \"result.rds\")"
  ), script)
  # The brackets send all of it to the background, not its last command only.
  shell <- paste(
    "( cd", shQuote(home), "&& env", paste(shQuote(env), collapse = " "),
    shQuote(file.path(R.home("bin"), "Rscript")), "--no-init-file run.R > log 2>&1; echo done > finished )"
  )
  system(shell, wait = FALSE)
  home
}

allowed_skips <- function(kind) {
  lines <- grep("^[a-z]", readLines("tools/allowed-skips"), value = TRUE)
  run <- sub(" .*", "", lines)
  sub("^[a-z]+ +", "", lines)[run %in% c(kind, "any")]
}

collect <- function(kind, home) {
  while (!file.exists(file.path(home, "finished"))) Sys.sleep(0.5)
  file <- file.path(home, "result.rds")
  if (!file.exists(file)) {
    say("R (", kind, " suggested packages): the run died")
    show_log(file.path(home, "log"))
    return(tally(failed = 1))
  }
  tests <- readRDS(file)
  kinds <- unlist(lapply(tests, `[[`, "kinds"))
  messages <- unlist(lapply(tests, `[[`, "messages"))
  where <- unlist(lapply(tests, function(test) rep(paste0(test$file, ": ", test$test), length(test$kinds))))
  empty <- vapply(tests, function(test) length(test$kinds) == 0, logical(1))
  bad <- kinds %in% c("failure", "error")
  skipped <- kinds == "skip"
  reason <- trimws(sub("^Reason: ", "", messages[skipped]))
  allowed <- function(one) any(vapply(allowed_skips(kind), grepl, logical(1), x = one))
  fine <- vapply(reason, allowed, logical(1))
  for (i in which(bad)) cat("  ", where[[i]], "\n", paste0("    ", messages[[i]], "\n"), sep = "")
  for (i in which(!fine)) {
    cat("   skipped without leave: ", where[skipped][[i]], ": ", reason[[i]], "\n", sep = "")
  }
  for (test in tests[empty]) cat("   asserts nothing: ", test$file, ": ", test$test, "\n", sep = "")
  unsaved <- if (kind == "with") unsaved_snapshots(home) else character()
  for (name in unsaved) cat("   snapshot not committed, or no longer the same: ", name, "\n", sep = "")
  result <- tally(
    sum(kinds == "success"), sum(bad) + sum(!fine) + sum(empty) + length(unsaved), sum(skipped)
  )
  say(
    "R (", kind, " suggested packages): ", result[["passed"]], " expectations passed, ", result[["failed"]],
    " failed, ", result[["skipped"]], " skipped, ", sum(kinds == "warning"), " warnings"
  )
  result
}

# snapshots that the run wrote or changed
unsaved_snapshots <- function(home) {
  fresh <- file.path(home, "testthat", "_snaps")
  files <- list.files(fresh, recursive = TRUE)
  committed <- file.path("tests/testthat/_snaps", files)
  files[!file.exists(committed) | unname(tools::md5sum(file.path(fresh, files)) != tools::md5sum(committed))]
}

main <- function(parts) {
  all_parts <- c("checks", "engine", "with", "without")
  if (!length(parts)) parts <- all_parts
  stopifnot(parts %in% all_parts)
  dir.create(build, showWarnings = FALSE)
  total <- tally()
  if ("checks" %in% parts) total <- total + checks()
  if ("engine" %in% parts) total <- total + engine()
  kinds <- intersect(c("with", "without"), parts)
  if (length(kinds)) {
    if (install()) {
      homes <- lapply(stats::setNames(nm = kinds), start_testthat) # both at once: one core each
      for (kind in kinds) total <- total + collect(kind, homes[[kind]])
    } else {
      total <- total + tally(failed = 1)
    }
  }
  say("done")
  cat(total[["passed"]], " passed, ", total[["failed"]], " failed", sep = "")
  if (total[["skipped"]] > 0) cat(", ", total[["skipped"]], " skipped", sep = "")
  cat("\n")
  quit(status = as.integer(total[["failed"]] > 0 || total[["passed"]] == 0))
}

main(commandArgs(TRUE))
