# RcppML for the command "peers": answers the requests that it reads, one a line, fields apart by tabs; an answer begins with "=".
#
# about                              what runs
# fit MATRIX RANK ITERATIONS SEED    seconds, seconds of the processors, the objective after it
# project MATRIX TEMPLATES           seconds on one thread
#
# Matrices are files in the format of MatrixFile.cs and DenseFile.cs.
suppressPackageStartupMessages({
  library(Matrix)
  library(RcppML)
})

# The compressed rows of X are the compressed columns of its transpose, which is what RcppML factorizes: features × examples.
read_sparse <- function(path) {
  file <- file(path, "rb")
  on.exit(close(file))
  shape <- readBin(file, "integer", 3, 4)
  starts <- readBin(file, "integer", shape[1] + 1, 4)
  indices <- readBin(file, "integer", shape[3], 4)
  values <- readBin(file, "numeric", shape[3], 4)
  new("dgCMatrix", Dim = shape[2:1], p = starts, i = indices, x = values)
}

read_factor <- function(path) {
  file <- file(path, "rb")
  on.exit(close(file))
  shape <- readBin(file, "integer", 3, 4)
  matrix(readBin(file, "numeric", shape[1] * shape[2], 4), shape[1], shape[2], byrow = TRUE)
}

objective <- function(A, w, h) {
  0.5 * sum(A@x^2) - sum((t(w) %*% A) * h) + 0.5 * sum((t(w) %*% w) * (h %*% t(h)))
}

matrices <- new.env()
read_matrix <- function(path) {
  if (is.null(matrices[[path]])) matrices[[path]] <- read_sparse(path)
  matrices[[path]]
}

input <- file("stdin")
open(input)
while (length(line <- readLines(input, 1)) > 0) {
  request <- strsplit(line, "\t")[[1]]
  if (request[1] == "about") {
    answer <- paste0("RcppML ", packageVersion("RcppML"), ", R ", getRversion())
  } else if (request[1] == "fit") {
    A <- read_matrix(request[2])
    setRcppMLthreads(0)
    # A tolerance of 0 makes all the iterations.
    numbers <- as.integer(request[3:5])
    time <- system.time(model <- RcppML::nmf(A, numbers[1], tol = 0, maxit = numbers[2], verbose = FALSE, seed = numbers[3]))
    answer <- c(time[["elapsed"]], time[["user.self"]] + time[["sys.self"]], objective(A, model$w, model$d * model$h))
  } else {
    A <- read_matrix(request[2])
    w <- read_factor(request[3])
    setRcppMLthreads(1)
    time <- system.time(h <- RcppML::project(A, w = w))
    answer <- c(time[["elapsed"]], objective(A, w, h))
  }
  cat("=", format(answer, digits = 15, trim = TRUE, scientific = FALSE), sep = "\t")
  cat("\n")
  flush(stdout())
}
