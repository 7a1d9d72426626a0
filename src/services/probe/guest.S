# The probe guest: what a Linux kernel's first second needs of a processor, in four kibibytes of a disk.
#
# It enters long mode as a kernel does, uses the instructions that a half-working KVM was seen to die of (BMI2's
# shlx, lock cmpxchg16b, SSE, a switch of page tables, MSRs, a trap), and then says which of two it was:
#   good: ACPI power-off, so that the machine ends by itself with the reason "shutdown";
#   bad:  the panic device, so that it ends as crashed.
# Whatever else happens (an internal error, silence) is bad too, and is seen from outside.
#
# guest.bin is made from this by:  as --64 guest.S -o g.o && ld -Ttext 0x7c00 -o g.elf g.o && objcopy -O binary g.elf guest.bin
# (a test compares them where these tools are there).

        .intel_syntax noprefix
        .globl  _start

        .set    MARK, 0x600             # set at the first boot: a second one means a triple fault
        .set    MARKED, 0x7463654c
        .set    TABLES, 0x10000         # two sets of page tables, three pages each
        .set    IDT, 0x16000
        .set    SECTORS, 7
        .set    PANIC, 0x505            # QEMU's pvpanic on the ISA bus (docs/specs/pvpanic.rst)
        .set    PM1A_CNT, 0x604         # where SeaBIOS puts the ACPI registers of both PIIX4 and ICH9

        .text
        .code16
_start: cli
        cld
        xor     eax, eax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7c00
        ljmp    0, offset here
here:   cmp     dword ptr [MARK], MARKED
        je      bad16
        mov     dword ptr [MARK], MARKED
        mov     si, offset packet
        mov     ah, 0x42
        int     0x13
        jc      bad16
        jmp     second

bad16:  mov     dx, PANIC
        mov     al, 1
        out     dx, al
1:      hlt
        jmp     1b

        .balign 4
packet: .byte   16, 0
        .word   SECTORS, 0x7e00, 0
        .quad   1

        .org    510
        .word   0xaa55

# ------------------------------------------------------------- second sector: real mode to long mode
second: mov     eax, 0x80000000
        cpuid
        cmp     eax, 0x80000001
        jb      bad16
        mov     eax, 0x80000001
        cpuid
        test    edx, 1 << 29            # long mode
        jz      bad16

        mov     ax, TABLES >> 4
        mov     es, ax
        xor     di, di
        xor     eax, eax
        mov     cx, 0x7000 / 4
        rep     stosd
        mov     dword ptr es:[0x0000], TABLES + 0x1003
        mov     dword ptr es:[0x1000], TABLES + 0x2003
        mov     dword ptr es:[0x3000], TABLES + 0x4003
        mov     dword ptr es:[0x4000], TABLES + 0x5003
        mov     eax, 0x83               # 16 large pages: all of the machine's 32 MiB, each at its own address
        mov     di, 0x2000
1:      mov     es:[di], eax
        mov     es:[di + 0x3000], eax
        add     eax, 0x200000
        add     di, 8
        cmp     di, 0x2000 + 16 * 8
        jb      1b
        mov     dword ptr es:[0x5010], 0x600083 # but in the second set 4 MiB is what 6 MiB is in the first

        lgdt    [gdtr]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        ljmp    0x08, offset protected

        .code32
protected:
        mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, 0x7c00
        mov     eax, cr4
        or      eax, 0x20               # PAE
        mov     cr4, eax
        mov     eax, TABLES
        mov     cr3, eax
        mov     ecx, 0xc0000080         # EFER: LME and SCE
        rdmsr
        or      eax, 0x101
        wrmsr
        mov     eax, cr0
        or      eax, 0x80010000         # paging, write protection
        mov     cr0, eax
        ljmp    0x18, offset long

# ------------------------------------------------------------------------------ long mode: the tests
        .code64
long:   mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     rsp, 0x7c00

        mov     edi, IDT                # every exception is bad, but for the breakpoint that comes below
        lea     rax, bad[rip]
        mov     ecx, 32
1:      call    gate
        loop    1b
        mov     edi, IDT + 3 * 16
        lea     rax, trap[rip]
        call    gate
        lidt    idtr[rip]
        xor     r15d, r15d
        int3
        cmp     r15d, 1
        jne     bad

        mov     rax, cr0                # SSE, as every 64-bit program has it
        and     eax, ~4
        or      eax, 2
        mov     cr0, rax
        mov     rax, cr4
        or      eax, 0x600
        mov     cr4, rax
        mov     rax, 0x0123456789abcdef
        movq    xmm0, rax
        punpcklqdq xmm0, xmm0
        movups  [0x9000], xmm0
        movups  xmm1, [0x9000]
        paddq   xmm1, xmm0
        psrldq  xmm1, 8
        movq    rbx, xmm1
        add     rax, rax
        cmp     rax, rbx
        jne     bad
        mov     eax, 144
        cvtsi2sd xmm2, rax
        sqrtsd  xmm2, xmm2
        cvttsd2si rax, xmm2
        cmp     rax, 12
        jne     bad

        mov     eax, 1
        xor     ecx, ecx
        cpuid
        mov     r14d, ecx
        bt      r14d, 26                # XSAVE: state that a kernel switches on early
        jnc     1f
        mov     rax, cr4
        or      eax, 1 << 18
        mov     cr4, rax
        xor     ecx, ecx
        xgetbv
        or      eax, 3
        xsetbv
1:      bt      r14d, 23
        jnc     1f
        mov     eax, 0xf0f0
        popcnt  eax, eax
        cmp     eax, 8
        jne     bad
1:      bt      r14d, 13                # CX16
        jnc     1f
        mov     qword ptr [0x9000], 1
        mov     qword ptr [0x9008], 2
        mov     eax, 1
        mov     edx, 2
        mov     ebx, 3
        mov     ecx, 4
        lock    cmpxchg16b [0x9000]
        jnz     bad
        cmp     qword ptr [0x9008], 4
        jne     bad

1:      xor     eax, eax
        cpuid
        cmp     eax, 7
        jb      1f
        mov     eax, 7
        xor     ecx, ecx
        cpuid
        bt      ebx, 8                  # BMI2
        jnc     1f
        mov     r8d, 3
        mov     edx, 5
        shlx    r8d, r8d, edx           # the very instruction of the kernel's zstd
        cmp     r8d, 96
        jne     bad
        shlx    r8, r8, rdx
        cmp     r8, 3072
        jne     bad

1:      mov     ecx, 0x1b               # APIC base, PAT
        rdmsr
        mov     ecx, 0x277
        rdmsr
        mov     ecx, 0xc0000100         # FS base: a word that is found through it
        mov     eax, 0x9000
        xor     edx, edx
        wrmsr
        mov     dword ptr [0x9010], 0x1234
        cmp     dword ptr fs:[0x10], 0x1234
        jne     bad
        mov     ecx, 0xc0000102         # the kernel's GS base, and the swap that fetches it
        mov     eax, 0x9010
        wrmsr
        swapgs
        cmp     dword ptr gs:[0], 0x1234
        jne     bad
        mov     ecx, 0xc0000081         # STAR and LSTAR: a system call, here from the kernel to itself
        xor     eax, eax
        mov     edx, 0x18
        wrmsr
        inc     ecx
        lea     rax, called[rip]
        xor     edx, edx
        wrmsr
        xor     r15d, r15d
        syscall
        cmp     r15d, 2
        jne     bad

        mov     rax, cr4                # global pages on and off, as a kernel flushes its TLB
        mov     rbx, rax
        or      eax, 0x80
        mov     cr4, rax
        mov     cr4, rbx
        mov     qword ptr [0x400000], 0x11
        mov     qword ptr [0x600000], 0x22
        mov     eax, TABLES + 0x3000
        mov     cr3, rax
        cmp     qword ptr [0x400000], 0x22
        jne     bad
        mov     qword ptr [0x400000], 0x33
        mov     eax, TABLES
        mov     cr3, rax
        invlpg  [0x400000]
        cmp     qword ptr [0x400000], 0x11
        jne     bad
        cmp     qword ptr [0x600000], 0x33
        jne     bad

        mov     edi, 0x800000           # a mebibyte written and copied
        mov     rax, 0x5aa55aa55aa55aa5
        mov     ecx, 0x20000
        rep     stosq
        mov     esi, 0x800000
        mov     edi, 0xa00000
        mov     ecx, 0x20000
        rep     movsq
        cmp     [0xafff00], rax
        jne     bad
        rdtsc

        mov     dx, PM1A_CNT            # good: SLP_EN with type 0, which QEMU takes for "soft off"
        mov     ax, 0x2000
        out     dx, ax
1:      hlt
        jmp     1b

bad:    mov     dx, PANIC
        mov     al, 1
        out     dx, al
1:      hlt
        jmp     1b

trap:   inc     r15d
        iretq

called: mov     r15d, 2
        jmp     rcx

gate:   mov     word ptr [rdi], ax      # rax is below 64 KiB
        mov     word ptr [rdi + 2], 0x18
        mov     word ptr [rdi + 4], 0x8e00
        add     rdi, 16
        ret

        .balign 8
gdt:    .quad   0
        .quad   0x00cf9a000000ffff      # 0x08: 32-bit code
        .quad   0x00cf92000000ffff      # 0x10: data
        .quad   0x00af9a000000ffff      # 0x18: 64-bit code
        .quad   0x00cf92000000ffff      # 0x20: data, as SYSCALL loads it
gdtr:   .word   gdtr - gdt - 1
        .long   gdt
idtr:   .word   32 * 16 - 1
        .quad   IDT

        .org    (SECTORS + 1) * 512
