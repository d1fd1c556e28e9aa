# What an estimator decided, in sentences: print ends with them and a report's methods paragraph is made of
# them.

# The sentences of a result, a named character vector.
conventions <- function(x) {
  if (inherits(x, "tte_estimates")) {
    found <- unlist(lapply(x$provenance, function(p) p$conventions))
    return(found[!duplicated(found)])
  }
  x$tte$conventions
}

print_conventions <- function(sentences, width = getOption("width")) {
  if (length(sentences) == 0) {
    return(invisible(NULL))
  }
  cat(strwrap(paste(sentences, collapse = " "), width = width), sep = "\n")
}

# Named sentences; NULL members fall away.
sentences <- function(...) {
  said <- Filter(Negate(is.null), list(...))
  vapply(said, identity, character(1))
}
