# The boot disc's loader: starts a Linux kernel with its RAM disk and arguments from a CD, as a PC's firmware left it.
#
# The firmware reads these 2048 bytes to 0x7c00 and jumps there, with the drive's number in dl (El Torito, no emulation).
# What is where on the disc is written into the table at the end by whoever makes the disc. The kernel is started by
# the protocol of its Documentation/arch/x86/boot.rst, 2.06 or later. High memory is written by INT 15h, function 87h,
# with bases of 32 bits, as SeaBIOS takes them.
#
# boot.bin is made from this by:  as --64 boot.S -o b.o && ld -Ttext 0x7c00 -o b.elf b.o && objcopy -O binary b.elf boot.bin
# (a test compares them where these tools are there).

        .intel_syntax noprefix
        .globl  _start

        .set    BUFFER, 0x20000         # sectors come here first
        .set    PIECE, 16               # sectors of 2048 bytes at a time: 32 KiB
        .set    SETUP, 0x80000          # the kernel's part for real mode
        .set    LINE, 0xe000            # its arguments, above the part, its heap and its stack
        .set    HIGH, 0x100000          # the rest of the kernel
        .set    LOADER, 0xff            # no loader with a number of its own

        .text
        .code16
_start: ljmp    0, offset here
here:   cli
        cld
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7c00
        sti
        mov     [drive], dl
        mov     si, offset hello
        call    say

# The setup: whole sectors of the disc; what is beyond it in the last one is the kernel's beginning.
        mov     eax, [kernel]
        mov     [sector], eax
        mov     eax, [setup]            # bytes
        add     eax, 2047
        shr     eax, 11
        mov     ecx, eax
        call    read
        mov     ax, BUFFER >> 4
        mov     ds, ax
        mov     ax, SETUP >> 4
        mov     es, ax
        xor     si, si
        xor     di, di
        mov     cx, cs:[setup]
        rep     movsb
        xor     ax, ax
        mov     ds, ax
        mov     es, ax

# The kernel's rest, to 1 MiB. It begins in the middle of a sector, so the disc has it once more, at one of its own.
        mov     eax, [rest]
        mov     [sector], eax
        mov     dword ptr [to], HIGH
        mov     eax, [restlen]
        call    load

# The RAM disk.
        mov     eax, [initrd]
        mov     [sector], eax
        mov     eax, [ramaddr]
        mov     [to], eax
        mov     eax, [ramlen]
        call    load

# The arguments, and what the kernel is told.
        mov     ax, SETUP >> 4
        mov     es, ax
        mov     si, offset line
        mov     di, LINE
        mov     cx, [linelen]
        rep     movsb
        xor     al, al
        stosb
        mov     byte ptr es:[0x210], LOADER
        or      byte ptr es:[0x211], 0x80           # CAN_USE_HEAP
        mov     word ptr es:[0x224], LINE - 0x200   # heap_end_ptr
        mov     dword ptr es:[0x228], SETUP + LINE
        mov     eax, [ramaddr]
        mov     es:[0x218], eax
        mov     eax, [ramlen]
        mov     es:[0x21c], eax
        cli
        mov     ax, SETUP >> 4
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     sp, LINE - 0x10
        ljmp    (SETUP >> 4) + 0x20, 0

# load: eax bytes from [sector] on to the address [to], a piece at a time.
load:   add     eax, 2047
        shr     eax, 11
        mov     [left], eax
1:      mov     ecx, [left]
        test    ecx, ecx
        jz      3f
        cmp     ecx, PIECE
        jbe     2f
        mov     ecx, PIECE
2:      sub     [left], ecx
        push    ecx
        call    read
        pop     ecx
        push    ecx
        shl     ecx, 10                 # words
        mov     eax, [to]
        mov     [target + 2], ax
        shr     eax, 16
        mov     [target + 4], al
        mov     [target + 7], ah
        mov     si, offset table
        mov     ah, 0x87
        int     0x15
        jc      bad
        pop     ecx
        shl     ecx, 11
        add     [to], ecx
        mov     al, '.'
        mov     ah, [dots]
        inc     ah
        mov     [dots], ah
        and     ah, 0x1f                # one for each mebibyte
        jnz     1b
        call    put
        jmp     1b
3:      ret

# read: cx sectors from [sector] on to BUFFER; [sector] goes on behind them.
read:   mov     [count], cx
        movzx   ecx, cx
        mov     si, offset packet
        mov     dl, [drive]
        mov     ah, 0x42
        push    ecx
        int     0x13
        pop     ecx
        jc      bad
        add     [sector], ecx
        ret

# Whatever fails: the next boot device may be better.
bad:    mov     si, offset failed
        call    say
        int     0x18
4:      hlt
        jmp     4b

say:    lodsb
        test    al, al
        jz      5f
        call    put
        jmp     say
5:      ret

# put: the letter in al, on the screen; the firmware copies it to a serial console where there is one.
put:    pusha
        mov     ah, 0x0e
        mov     bx, 7
        int     0x10
        popa
        ret

hello:  .asciz  "Starting the installer\r\n"
failed: .asciz  "\r\nThe installer's disc cannot be read\r\n"
drive:  .byte   0
dots:   .byte   0
        .balign 4
left:   .long   0
to:     .long   0
        .balign 8
packet: .byte   16, 0                   # the disc's address packet
count:  .word   0, 0, BUFFER >> 4
sector: .long   0, 0
        .balign 8
table:  .quad   0, 0                    # the descriptors of function 87h
        .word   0xffff, BUFFER & 0xffff # from
        .byte   BUFFER >> 16, 0x93, 0, 0
target: .word   0xffff, 0               # to
        .byte   0, 0x93, 0, 0
        .quad   0, 0

# ------------------------------------------------- written by whoever makes the disc: sectors of 2048 bytes, and bytes
        .org    0x400
kernel: .long   0                       # where the kernel's file begins
setup:  .long   0                       # the bytes of its part for real mode
rest:   .long   0                       # where the rest of it begins
restlen:.long   0
initrd: .long   0                       # where the RAM disk begins
ramlen: .long   0
ramaddr:.long   0                       # where in memory it goes
linelen:.word   0
line:
        .org    0x800
