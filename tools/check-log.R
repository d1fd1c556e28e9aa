# Reads the log of `R CMD check`: fails on every section with a note, warning or error but the ones that are known.
#   Rscript tools/check-log.R build/tte.Rcheck/00check.log
known <- c(
  "checking CRAN incoming feasibility", # a new submission
  "checking installed package size", # a header-only engine compiled into one library
  "checking package dependencies .*suggested but not available", # what could not be had on this machine
  # Debian's BH holds no headers of its own but needs Debian's Boost, which the compiler finds by itself
  "checking DESCRIPTION meta-information[^*]*NOTE\n.LinkingTo. for .BH. is unused as it has no .include. directory$"
)
log <- readLines(commandArgs(TRUE)[[1]], warn = FALSE)
log <- log[!grepl("^(Status|See|  .*00check[.]log|for details)", log) & nzchar(log)]
section <- cumsum(startsWith(log, "* "))
sections <- vapply(split(log, section), paste, "", collapse = "\n")
marked <- grepl(" (NOTE|WARNING|ERROR)(\n|$)", sections)
excused <- vapply(sections, function(text) any(vapply(known, grepl, logical(1), x = text)), logical(1))
bad <- sections[marked & !excused]
cat(bad, sep = "\n")
quit(status = as.integer(length(bad) > 0))
