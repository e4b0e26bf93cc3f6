/**
 * Frames of the `zstd` 1.5 command line (level 19) for the texts that `zstd.test.ts` generates; base64. `checked` ones end
 * with a checksum, `streamed` ones do not record their length, `withDictionary` ones use a raw-content dictionary.
 */
export const frames = {
  sized:
    'KLUv/WDECP0IAAYSLxlgT9rozU+LScblAwCA9DdXdvfGcZAyGKQ5NAAiACMAq6hWeXvZ1mvA5RBTcRyYBsUBITCLgmLyYJqEBDGI' +
    'RBrGCRxiIE1kcgSnYQwaJ0CCY1AcS4pXzMv8ofXW/FcRLtlrWpPx1trDQruV2en+jHnERdRKzbN3mq9kt89c1EXMxDtTs9ldtblb' +
    'vtGNSp23pnX4OqtU+0hTA4DLwfN9z1V7uunePW9M4z2vzlDLrOp09e/PiqRIlmXMrS3TdqgRYGG9/3GwWToRIAQIQccTvOJ/P3d4' +
    '8/HsRpD3b+b7M/P8nQ9MBCAzAgKZixLw4ESAU1MS9XAhgJgoQEwEDDIXRZ6ni8AbBoQmDAQNGggaGBBHQRoA0ybwclU3YFcB',
  checked:
    'KLUv/WTECP0IAAYSLxlgT9rozU+LScblAwCA9DdXdvfGcZAyGKQ5NAAiACMAq6hWeXvZ1mvA5RBTcRyYBsUBITCLgmLyYJqEBDGI' +
    'RBrGCRxiIE1kcgSnYQwaJ0CCY1AcS4pXzMv8ofXW/FcRLtlrWpPx1trDQruV2en+jHnERdRKzbN3mq9kt89c1EXMxDtTs9ldtblb' +
    'vtGNSp23pnX4OqtU+0hTA4DLwfN9z1V7uunePW9M4z2vzlDLrOp09e/PiqRIlmXMrS3TdqgRYGG9/3GwWToRIAQIQccTvOJ/P3d4' +
    '8/HsRpD3b+b7M/P8nQ9MBCAzAgKZixLw4ESAU1MS9XAhgJgoQEwEDDIXRZ6ni8AbBoQmDAQNGggaGBBHQRoA0ybwclU3YFcBItZI' +
    'BA==',
  streamed:
    'KLUv/QBo/QgABhIvGWBP2ujNT4tJxuUDAID0N1d298ZxkDIYpDk0ACIAIwCrqFZ5e9nWa8DlEFNxHJgGxQEhMIuCYvJgmoQEMYhE' +
    'GsYJHGIgTWRyBKdhDBonQIJjUBxLilfMy/yh9db8VxEu2Wtak/HW2sNCu5XZ6f6MecRF1ErNs3ear2S3z1zURczEO1Oz2V21uVu+' +
    '0Y1Knbemdfg6q1T7SFMDgMvB833PVXu66d49b0zjPa/OUMus6nT178+KpEiWZcytLdN2qBFgYb3/cbBZOhEgBAhBxxO84n8/d3jz' +
    '8exGkPdv5vsz8/ydD0wEIDMCApmLEvDgRIBTUxL1cCGAmChATAQMMhdFnqeLwBsGhCYMBA0aCBoYEEdBGgDTJvByVTdgVwE=',
  withDictionary:
    'KLUv/WDECCUHALJMGg/AFXL+/24p7UpZyeob5w2AQaAUz+0OMSctVkWlhWN0FrE5zL6paZiGkKnyfTGWhDyBt8g7b6XkhCKsXf7J' +
    'ERxhEj5mrMeYjMQgM/VUKGJ2+JC30AddIajW7OwaDt6q+85G4p1JWKELAnioQJY7oNlIBxJIEHBBCuQcEf4n8wMj/OZDe6dnXRkG' +
    'MGQYcP/ZR60NQ21ix2oNaaoy9RWGzMB157Ur6mK/kFPAIDf+7Kd7szDW762KiWAcgiqhri1QpX3WWhXstA+F+Zn5a+VsVVzvirFH' +
    'L7OtzNnLAl/yDACkBA==',
  checkedWithDictionary:
    'KLUv/WTECCUHALJMGg/AFXL+/24p7UpZyeob5w2AQaAUz+0OMSctVkWlhWN0FrE5zL6paZiGkKnyfTGWhDyBt8g7b6XkhCKsXf7J' +
    'ERxhEj5mrMeYjMQgM/VUKGJ2+JC30AddIajW7OwaDt6q+85G4p1JWKELAnioQJY7oNlIBxJIEHBBCuQcEf4n8wMj/OZDe6dnXRkG' +
    'MGQYcP/ZR60NQ21ix2oNaaoy9RWGzMB157Ur6mK/kFPAIDf+7Kd7szDW762KiWAcgiqhri1QpX3WWhXstA+F+Zn5a+VsVVzvirFH' +
    'L7OtzNnLAl/yDACkBCLWSAQ=',
  severalBlocks:
    'KLUv/aDIuQUABAsAdpU1GWBP2ujNT4tJxuUDAID0u7t708ZxkDIYpDk8ACkAKQB7l4WJ9s3LF+q1/PUacDnEVBwHpkFxQAjMoqCY' +
    'PJgmITmC0yAGkUjDOIFDDKSJTI7gNIxB4wRIcAyKYwmnMto+y07LXpi2UWLmaR4aoto5bW9rFd2S7TXjU2etXd319Vuumg/1LqZo' +
    'Zb+sv0rJSnXVnEd5dCwfbm091Xhr0m0VcS/3DvHM8v7VVYu7ZT1phv7+ZWt9nYqWhfm7H+LNKtN3m+4VeRONSZhkZzZdc9Uq6XPN' +
    'FNWHvoCVqCFcl+//G5AZJcMYIggkCMT4BK5E+L/d/X8DxvM6bDlYgZscMIBRUYjDBRDSnIJTZmsB2z8DIjiBE7NsKV/1opPkqqP+' +
    'zek4SF0EBqB2+hMMMJTZDAFzpeCUJ2Sql1oEFMrFkUbjEMj5e/NGQhuMpvKcEqkiVIkK0SJKhgREAUE6sX7aqlQAAAABAP3/0vS5' +
    'BgJFAAAAAQDFuTkAAg==',
  severalBlocksStreamed:
    'KLUv/QRoBAsAdpU1GWBP2ujNT4tJxuUDAID0u7t708ZxkDIYpDk8ACkAKQB7l4WJ9s3LF+q1/PUacDnEVBwHpkFxQAjMoqCYPJgm' +
    'ITmC0yAGkUjDOIFDDKSJTI7gNIxB4wRIcAyKYwmnMto+y07LXpi2UWLmaR4aoto5bW9rFd2S7TXjU2etXd319Vuumg/1LqZoZb+s' +
    'v0rJSnXVnEd5dCwfbm091Xhr0m0VcS/3DvHM8v7VVYu7ZT1phv7+ZWt9nYqWhfm7H+LNKtN3m+4VeRONSZhkZzZdc9Uq6XPNFNWH' +
    'voCVqCFcl+//G5AZJcMYIggkCMT4BK5E+L/d/X8DxvM6bDlYgZscMIBRUYjDBRDSnIJTZmsB2z8DIjiBE7NsKV/1opPkqqP+zek4' +
    'SF0EBqB2+hMMMJTZDAFzpeCUJ2Sql1oEFMrFkUbjEMj5e/NGQhuMpvKcEqkiVIkK0SJKhgREAUE6sX7aqlQAAAABAP3/0vS5BgJF' +
    'AAAAAQDFuTkAAhVu0ek=',
} as const
